import { strict as assert } from "node:assert";

import fc from "fast-check";

import type { Fact } from "../../../../apps/exporter/core/facts";
import { gaugesOf } from "../../../../apps/exporter/core/gauges";
import { Ledger } from "../../../../apps/exporter/core/ledger";
import { usualLedgerOptions as options } from "../../../../apps/exporter/core/ledger-options";
import { queueBuckets } from "../../../../apps/exporter/core/names";
import { verdictOf } from "../../../../apps/exporter/core/outcomes";
import type { LedgerState } from "../../../../apps/exporter/core/state";
import { endOf, epoch, factsOf, type TrueAttempt, worlds } from "./world";

const end = epoch + 3 * 24 * 3_600_000;

/** Each fact comes once to three times, in any order, or is lost. */
function delivered(facts: readonly Fact[]): fc.Arbitrary<Fact[]> {
  return fc
    .array(fc.integer({ min: 0, max: 3 }), { minLength: facts.length, maxLength: facts.length })
    .map((times) => facts.flatMap((fact, index) => Array<Fact>(times[index] ?? 1).fill(fact)))
    .chain((some) => fc.shuffledSubarray(some, { minLength: some.length, maxLength: some.length }));
}

/** As through a file. */
function restarted(ledger: Ledger): Ledger {
  return new Ledger(options, end, JSON.parse(JSON.stringify(ledger.state())) as LedgerState);
}

/** Everything that it says, without an order. */
function said(ledger: Ledger): unknown {
  const { counters, histograms } = ledger.series.state();
  const sorted = (object: object): Record<string, string[]> =>
    Object.fromEntries(
      Object.entries(object)
        .map(
          ([name, entries]) =>
            [name, [...(entries as unknown[])].map((entry) => JSON.stringify(entry)).sort()] as const,
        )
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  return [sorted(counters), sorted(histograms), sorted(gaugesOf(ledger))];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function counted(ledger: Ledger, name: string, wanted: Record<string, string>): number {
  const fits = (labels: Readonly<Record<string, string>>) =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value);
  return sum(ledger.series.countersOf(name).flatMap(({ labels, value }) => (fits(labels) ? [value] : [])));
}

/** Failures since the last success, straight from what really happened. */
function trueStreak(world: readonly TrueAttempt[], branch: string, repository: string, workflow: string): number {
  const verdicts = world
    .filter((each) => each.repository === repository && each.workflow === workflow && each.branch === branch)
    .sort((a, b) => a.completedAt - b.completedAt || a.runId - b.runId || a.attempt - b.attempt)
    .map(({ conclusion }) => verdictOf(conclusion))
    .filter((verdict) => verdict !== "undecided");
  return verdicts.length - 1 - verdicts.lastIndexOf("good");
}

describe("the exporter's ledger", () => {
  it("says the same whatever is lost on the way, doubled or late, once a look at the ends closed the gaps", () => {
    fc.assert(
      fc.property(
        worlds.chain((world) => fc.tuple(fc.constant(world), delivered(world.flatMap(factsOf)))),
        fc.integer({ min: 0, max: 400 }),
        ([world, facts], killedAt) => {
          const plain = new Ledger(options, epoch);
          for (const fact of world.flatMap(factsOf)) plain.apply(fact);
          plain.advance(end);

          let rough = new Ledger(options, epoch);
          facts.forEach((fact, index) => {
            rough.apply(fact);
            if (index % 7 === 3) rough.advance(epoch + index);
            if (index === killedAt) rough = restarted(rough);
          });
          for (const fact of world.flatMap(endOf)) rough.apply(fact);
          rough.advance(end);
          assert.deepEqual(said(rough), said(plain));
          assert.deepEqual(said(restarted(rough)), said(plain));
        },
      ),
    );
  });

  it("counts what happened: runs, queue times and streaks", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const ledger = new Ledger(options, epoch);
        for (const fact of world.flatMap(factsOf)) ledger.apply(fact);
        ledger.advance(end);
        for (const conclusion of new Set(world.map((each) => each.conclusion))) {
          assert.equal(
            counted(ledger, "workflow_runs_total", { conclusion }),
            world.filter((each) => each.conclusion === conclusion).length,
          );
        }
        assert.equal(counted(ledger, "workflow_runs_by_branch_total", {}), world.length);

        const started = world.flatMap(({ jobs }) => jobs).filter(({ startedAt }) => startedAt !== null);
        for (const label of ["runner-cpu", "runner-gpu", "ubuntu-latest"]) {
          const queued = started
            .filter(({ labels }) => labels.includes(label))
            .map(({ createdAt, startedAt }) => ((startedAt ?? 0) - createdAt) / 1000);
          const histogram = ledger.series
            .histogramsOf("workflow_queue_time_seconds")
            .find(({ labels }) => labels["runner_label"] === label)?.value;
          assert.deepEqual([histogram?.count ?? 0, histogram?.sum ?? 0], [queued.length, sum(queued)]);
          if (queued.length > 0) {
            const within = queued.filter((seconds) => seconds <= 60).length;
            assert.equal(sum((histogram?.buckets ?? []).slice(0, queueBuckets.indexOf(60) + 1)), within);
          }
        }
        const durations = ledger.series.histogramsOf("workflow_duration_seconds");
        const ends = world.map(({ jobs, startedAt, completedAt }) =>
          jobs.length === 0
            ? (completedAt - startedAt) / 1000
            : (Math.max(...jobs.map((job) => job.completedAt)) - startedAt) / 1000,
        );
        assert.equal(sum(durations.map(({ value }) => value.sum)), sum(ends));
        assert.equal(counted(ledger, "runs_settled_unconfirmed_total", {}), 0);

        for (const { labels, value } of gaugesOf(ledger).workflow_consecutive_failures) {
          const branch = labels["branch_class"] === "default" ? "main" : "feature/one";
          assert.equal(value, trueStreak(world, branch, labels["repo"] ?? "", labels["workflow"] ?? ""));
        }
      }),
    );
  });
});
