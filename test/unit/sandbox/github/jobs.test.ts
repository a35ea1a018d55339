import assert from "node:assert/strict";
import fc from "fast-check";
import type { AdminLedgerJob } from "../../../../sandbox/github/client";
import { formatJobsReport, runJobs, spread, summarizeJobs, type JobsProgress } from "../../../../sandbox/github/jobs";
import { ArcClient, RunnerClient } from "./arc-client";
import { startFixture } from "./fixtures";

const second = 1000;

function job(id: number, over: Partial<AdminLedgerJob> = {}): AdminLedgerJob {
  return {
    id,
    batch: "b",
    scaleSet: "runner-base",
    displayName: `job ${id}`,
    seconds: 3,
    outcome: "success",
    state: "completed",
    starts: 1,
    result: "succeeded",
    queuedAt: 100 * second,
    startedAt: (100 + id) * second,
    finishedAt: (103 + id) * second,
    transitions: [],
    ...over,
  };
}

describe("the report on a batch of jobs", () => {
  it("gives the waits and the total time", () => {
    const report = summarizeJobs(Array.from({ length: 20 }, (_, index) => job(index + 1)));
    assert.deepEqual(report, {
      scaleSet: "runner-base",
      batch: "b",
      count: 20,
      succeeded: 20,
      failed: 0,
      canceled: 0,
      unfinished: 0,
      repeated: 0,
      requeued: 0,
      waitSeconds: { p50: 10, p95: 19, max: 20 },
      totalSeconds: 23,
      reasons: [],
    });
    assert.equal(
      formatJobsReport(report),
      "20 jobs for runner-base: 20 succeeded\nwait  p50 10.0 s  p95 19.0 s  max 20.0 s\ntotal 23.0 s",
    );
  });

  it("names what did not go well", () => {
    const reason = "abandoned: runner r1 was silent for 31 s";
    const requeued = { name: "requeued", at: 0 };
    const text = formatJobsReport(
      summarizeJobs([
        job(1, { result: "failed", reason }),
        job(2, { result: "failed", reason }),
        job(3, { starts: 2, transitions: [requeued] }),
        job(4, { state: "assigned", starts: 0, result: undefined, startedAt: undefined, finishedAt: undefined }),
      ]),
    );
    assert.match(text, /1 succeeded, 2 failed, 1 not finished, 1 STARTED TWICE, 1 given to another runner/);
    assert.equal(text.split(reason).length, 2, "a reason is named once");
  });

  it("copes with a batch of which nothing started", () => {
    const none = {
      state: "queued",
      starts: 0,
      result: undefined,
      startedAt: undefined,
      finishedAt: undefined,
    } as const;
    assert.equal(summarizeJobs([job(1, none)]).waitSeconds, undefined);
    assert.match(formatJobsReport(summarizeJobs([job(1, none)])), /no job was started/);
    assert.equal(summarizeJobs([]).totalSeconds, 0);
  });

  it("has percentiles that occurred, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1 }), (values) => {
        const { p50, p95, max } = spread(values);
        assert.ok(values.includes(p50) && values.includes(p95) && p50 <= p95 && p95 <= max);
        assert.equal(max, Math.max(...values));
        assert.ok(values.filter((value) => value <= p50).length >= values.length / 2);
      }),
    );
  });
});

describe("running jobs", () => {
  it("queues them, tells of their progress, and ends with the report", async () => {
    const github = await startFixture();
    try {
      const arc = await ArcClient.login(github.url, "0.14.2");
      const set = await arc.createScaleSet("runner-base");
      const session = await arc.openSession(set.id);
      const progress: JobsProgress[] = [];
      const running = runJobs(github.admin, { scaleSet: "runner-base", count: 2, intervalMillis: 10 }, (each) =>
        progress.push(each),
      );
      for (const [index, result] of ["succeeded", "failed"].entries()) {
        while ((await github.admin.statistics()).totalAssignedJobs < 1) await arc.nextMessage(session);
        const runner = await RunnerClient.connect((await arc.generateJit(set.id, `r${index}`)).encodedJITConfig);
        const id = (await runner.job()) ?? 0;
        await runner.started(id);
        await runner.finished(id, result);
      }
      const report = await running;
      assert.equal(report.succeeded, 1);
      assert.equal(report.failed, 1);
      assert.equal(progress.at(-1)?.completed, 2);
      for (const { total, waiting, assigned, running: busy, completed } of progress) {
        assert.equal(waiting + assigned + busy + completed, total);
      }
    } finally {
      await github.close();
    }
  });

  it("stops following when the time is over, and says what is left", async () => {
    const github = await startFixture();
    try {
      const report = await runJobs(github.admin, { scaleSet: "nobody", timeoutSeconds: 0.05, intervalMillis: 10 });
      assert.equal(report.unfinished, 1);
    } finally {
      await github.close();
    }
  });
});
