import { strict as assert } from "node:assert";

import { type AttemptTruth, truthOf } from "../../../../sandbox/github/actions/ledger";
import { Load } from "../../../../sandbox/github/actions/load";
import { temporaryFolder } from "../../../support/temporary";
import { Simulation, webhookSecret } from "./simulation";

/** GitHub tells times in whole seconds. */
const second = (millis: number): number => Math.floor(millis / 1000);

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

/** What the exporter has to say, straight from what really happened since it began to watch. */
function expected(attempts: readonly AttemptTruth[], from: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { repository, workflow, event, branch, conclusion, startedAt, jobs, status, updatedAt } of attempts) {
    assert.equal(status, "completed", "the world has come to rest");
    const name = `repo="${repository}",workflow="${workflow.split("/").at(-1)}"`;
    for (const { startedAt: began, createdAt, labels } of jobs) {
      if (began === null || began < from) continue;
      const label = `runner_label="${labels.at(-1)}"`;
      add(sums, `github_actions_workflow_queue_time_seconds_count{${label}}`, 1);
      add(sums, `github_actions_workflow_queue_time_seconds_sum{${label}}`, second(began) - second(createdAt));
    }
    if (updatedAt < from) continue;
    add(sums, `github_actions_workflow_runs_total{conclusion="${conclusion}",event="${event}",${name}}`, 1);
    const branchClass = branch === "main" ? "default" : "other";
    add(sums, `github_actions_workflow_runs_by_branch_total{branch_class="${branchClass}",${name}}`, 1);
    const end = Math.max(...jobs.map(({ completedAt }) => second(completedAt ?? 0)));
    add(sums, `github_actions_workflow_duration_seconds_count{${name}}`, 1);
    add(sums, `github_actions_workflow_duration_seconds_sum{${name}}`, end - second(startedAt));
  }
  return sums;
}

/** Of the families that are compared, without labels in another order. */
function told(scraped: ReadonlyMap<string, number>): Map<string, number> {
  const families =
    /^github_actions_workflow_(runs_total|runs_by_branch_total|queue_time_seconds_(sum|count)|duration_seconds_(sum|count))\{/;
  return new Map(
    [...scraped].flatMap(([series, value]) => {
      if (!families.test(series)) return [];
      const [name = "", labels = ""] = series.slice(0, -1).split("{");
      return [[`${name}{${labels.split(",").sort().join(",")}}`, value] as const];
    }),
  );
}

function streaks(attempts: readonly AttemptTruth[]): Map<string, number> {
  const rows = new Map<string, number>();
  const sorted = [...attempts].sort(
    (a, b) => second(a.updatedAt) - second(b.updatedAt) || a.runId - b.runId || a.attempt - b.attempt,
  );
  for (const { repository, workflow, branch, conclusion } of sorted) {
    if (conclusion !== "success" && conclusion !== "failure") continue;
    const labels = `repo="${repository}",workflow="${workflow.split("/").at(-1)}",branch_class="${branch === "main" ? "default" : "other"}"`;
    rows.set(labels, conclusion === "failure" ? (rows.get(labels) ?? 0) + 1 : 0);
  }
  return rows;
}

function sorted(map: ReadonlyMap<string, number>): [string, number][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}

describe("the exporter beside a GitHub that forgets, repeats and confuses", function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let simulation: Simulation;
  afterEach(() => simulation.end());

  for (const pushed of [true, false]) {
    it(`equals what happened, killed three times, ${pushed ? "with webhooks" : "without webhooks"}`, async () => {
      simulation = await Simulation.begin(folder(), { pushed });
      const { clock, github } = simulation;
      if (pushed) {
        const rates = { lossRate: 0.05, duplicateRate: 0.05, delayRate: 0.2, delaySeconds: 20 };
        github.webhooks.add({ organization: "acme", url: simulation.webhookUrl, secret: webhookSecret, ...rates });
      }
      const load = new Load(github.model, {
        repositories: 8,
        runsPerMinute: 4,
        jobSeconds: 60,
        failureRate: 0.3,
        cancelRate: 0.05,
        rerunRate: 0.2,
        history: 5,
      });
      await simulation.pass(60);
      const from = clock.now() - 60_000;
      load.start();
      for (let kills = 0; kills < 3; kills += 1) {
        await simulation.pass(600, 10);
        await simulation.kill();
      }
      load.stop();
      // As long as it takes to come to rest and to find what was lost.
      await simulation.pass(3 * 3600, 30);
      const truth = truthOf(github.model);
      assert.ok(truth.length > 100, `${truth.length} attempts`);
      const scraped = await simulation.scrape();
      assert.deepEqual(sorted(told(scraped)), sorted(expected(truth, from)));
      assert.equal(scraped.get("github_actions_runs_settled_unconfirmed_total") ?? 0, 0);
      for (const [labels, streak] of streaks(truth)) {
        const name = "github_actions_workflow_consecutive_failures";
        assert.equal(scraped.get(`${name}{${labels}}`), streak, labels);
      }
      const early = github.requests.filter(({ status }) => status === 403 || status === 429);
      assert.deepEqual(early, [], "nothing was asked for beyond what GitHub allows");
      if (pushed) {
        const reconciled = [...scraped].filter(([series]) => series.includes("exporter_reconciled_total"));
        assert.ok(
          reconciled.some(([, value]) => value > 0),
          "what webhooks lost was found",
        );
      }
    });
  }
});
