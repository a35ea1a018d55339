import assert from "node:assert/strict";
import { ManualClock } from "../../../../../sandbox/github/actions/clock";
import { Ledger, truthOf } from "../../../../../sandbox/github/actions/ledger";
import { Load, type LoadOptions } from "../../../../../sandbox/github/actions/load";
import { ActionsModel } from "../../../../../sandbox/github/actions/model";

const minute = 60_000;

function work(minutes: number, options: Partial<LoadOptions> = {}) {
  const clock = new ManualClock();
  const model = new ActionsModel(clock);
  const ledger = new Ledger(model);
  const load = new Load(model, { repositories: 20, seed: 4, ...options });
  load.start();
  clock.advance(minutes * minute);
  return { clock, model, ledger, load };
}

describe("the load for measurements", () => {
  it("starts about as many runs as asked for, spread over repositories and workflows", () => {
    const { model } = work(120, { runsPerMinute: 4 });
    const runs = [...model.allRuns()];
    assert.ok(runs.length > 420 && runs.length < 540, `${runs.length} runs in 120 minutes`);
    assert.equal(new Set(runs.map(({ repository }) => repository)).size, 20);
    assert.equal(new Set(runs.map(({ workflow }) => `${workflow.repository} ${workflow.path}`)).size, 60);
  });

  it("does the same with the same seed, and something else with another", () => {
    const [first, again, other] = [work(30), work(30), work(30, { seed: 5 })].map(({ ledger }) => ledger.entries);
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, other);
  });

  it("brings every run to its end once no more begin", () => {
    const { clock, load, model } = work(60);
    load.stop();
    clock.advance(600 * minute);
    const truth = truthOf(model);
    assert.ok(truth.every(({ status }) => status === "completed"));
    assert.ok(truth.some(({ attempt }) => attempt === 2));
    assert.deepEqual(new Set(truth.map(({ conclusion }) => conclusion)), new Set(["success", "failure", "cancelled"]));
    for (const { startedAt, createdAt } of truth.flatMap(({ jobs }) => jobs)) {
      assert.ok(startedAt === null || startedAt >= createdAt);
    }
  });

  it("leaves jobs waiting whose label has no runners, and only those", () => {
    const { clock, load, model } = work(60, { starved: ["runner-gpu"] });
    load.stop();
    clock.advance(600 * minute);
    const jobs = truthOf(model).flatMap((one) => one.jobs);
    const waiting = jobs.filter(({ status }) => status !== "completed");
    assert.ok(waiting.length > 0);
    assert.ok(jobs.every(({ labels, status }) => labels.includes("runner-gpu") === (status === "queued")));
  });

  it("gives repositories a past that is over, and leaves them idle if asked to", () => {
    const { clock, model } = work(60, { history: 5, runsPerMinute: 0 });
    const truth = truthOf(model);
    assert.equal(truth.length, 100);
    const began = clock.now() - 60 * minute;
    assert.ok(truth.every(({ status, updatedAt }) => status === "completed" && updatedAt < began));
    const times = model.runsOf("acme/repository-1").map(({ createdAt }) => createdAt);
    assert.deepEqual(times, [...times].sort());
  });
});
