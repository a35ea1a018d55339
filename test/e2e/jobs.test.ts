import { strict as assert } from "node:assert";
import type { JobsReport } from "../../sandbox/github/jobs";
import { figure, github, localOk } from "./support/sandbox";

async function runJobs(count: number, seconds: number): Promise<JobsReport> {
  const { output } = await localOk(
    "jobs",
    "runner-base",
    "--count",
    String(count),
    "--seconds",
    String(seconds),
    "--json",
  );
  return JSON.parse(output) as JobsReport;
}

describe("jobs", () => {
  it("gives one job to the idle runner", async () => {
    const report = await runJobs(1, 1);
    figure(`one job, idle runner: waited ${report.waitSeconds?.max.toFixed(2) ?? "?"} s`);
    assert.equal(report.succeeded, 1);
  });

  it("runs a burst of 20 jobs on at most 10 runners, each exactly once", async () => {
    const report = await runJobs(20, 3);
    const wait = report.waitSeconds;
    assert.ok(wait);
    figure(
      `20 jobs of 3 s: waited p50 ${wait.p50.toFixed(1)} s, p95 ${wait.p95.toFixed(1)} s, max ${wait.max.toFixed(1)} s`,
    );
    assert.deepEqual(
      { succeeded: report.succeeded, failed: report.failed, unfinished: report.unfinished, repeated: report.repeated },
      { succeeded: 20, failed: 0, unfinished: 0, repeated: 0 },
    );
    const ledger = await github().ledger({ batch: report.batch });
    const mostAtOnce = Math.max(
      ...ledger.map((job) => ledger.filter((other) => overlaps(job.startedAt, other)).length),
    );
    assert.ok(mostAtOnce <= 10, `${mostAtOnce} jobs ran at once, maxRunners is 10`);
    assert.ok(mostAtOnce > 1, "the set scaled beyond its idle runner");
    assert.equal(new Set(ledger.map((job) => job.runner)).size, 20, "every job had a runner of its own");
  });
});

function overlaps(moment: number | undefined, job: { startedAt?: number; finishedAt?: number }): boolean {
  return (
    moment !== undefined &&
    job.startedAt !== undefined &&
    job.startedAt <= moment &&
    (job.finishedAt ?? Infinity) > moment
  );
}
