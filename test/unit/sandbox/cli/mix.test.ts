import assert from "node:assert/strict";
import { note, type PodView, type SeenPod } from "../../../../sandbox/cli/mix-pods";
import { formatMixReport, reportMix } from "../../../../sandbox/cli/mix-report";
import { runPlan } from "../../../../sandbox/cli/mix-run";
import type { AdminLedgerJob } from "../../../../sandbox/github/client";
import type { JobsProgress } from "../../../../sandbox/github/jobs";
import { ArcClient, RunnerClient } from "../github/arc-client";
import { startFixture } from "../github/fixtures";

function job(id: number, scaleSet: string, over: Partial<AdminLedgerJob> = {}): AdminLedgerJob {
  return {
    id,
    batch: "b",
    scaleSet,
    displayName: `job ${id}`,
    seconds: 3,
    outcome: "success",
    state: "completed",
    starts: 1,
    result: "succeeded",
    queuedAt: 1000,
    startedAt: 2000 + id * 1000,
    finishedAt: 9000,
    transitions: [],
    ...over,
  };
}

const peaks = new Map([["runner-cpu", { runners: 4, busy: 3 }]]);
const facts = { controller: "one worker", planned: 3, pods: [], maxRunners: new Map([["runner-cpu", 10]]) };
const jobs = [job(1, "runner-gpu"), job(2, "runner-cpu"), job(3, "runner-cpu")];

describe("the report on a mix", () => {
  it("sums up each set, with its peak, its limit and the nodes of its jobs' pods", () => {
    const pods: SeenPod[] = [
      { runner: "x", scaleSet: "runner-gpu", node: "simulated-gpu", ran: true },
      { runner: "runner-cpu-a-runner-b", node: "n1", ran: true },
      { runner: "runner-cpu-a-runner-c", node: "n1", ran: true },
      { runner: "runner-cpu-a-runner-d", node: "n2", ran: false },
      { runner: "runner-cpu-a-runner-e", ran: false },
      { runner: "other", node: "n1", ran: true },
    ];
    const report = reportMix({ jobs, peaks }, { ...facts, pods });
    assert.ok(report.ok);
    const [cpu, gpu] = report.sets;
    assert.equal(cpu?.scaleSet, "runner-cpu");
    assert.deepEqual(cpu.nodes, { n1: 2, "n2 (never ran)": 1, "no node": 1 });
    assert.deepEqual([cpu.peakRunners, cpu.peakBusyRunners, cpu.maxRunners], [4, 3, 10]);
    assert.deepEqual(cpu.waitSeconds, { p50: 3, p95: 4, max: 4 });
    assert.deepEqual(gpu?.nodes, { "simulated-gpu": 1 });
    assert.equal("maxRunners" in gpu, false);
    const text = formatMixReport(report);
    assert.match(text, /runner-cpu .* 4 of 10 .* n1 2, n2 \(never ran\) 1, no node 1 .* none/);
    assert.match(text, /3 jobs in 8 s: each ran once and succeeded\none worker$/);
  });

  const faults: readonly (readonly [string, Partial<AdminLedgerJob>, RegExp])[] = [
    [
      "lost",
      { state: "assigned", result: undefined, starts: 0, startedAt: undefined, finishedAt: undefined },
      /1 lost/,
    ],
    ["repeated", { starts: 2 }, /1 started twice/],
    ["failed", { result: "failed", reason: "no such image" }, /1 failed[^]*why {3}runner-cpu: no such image/],
    ["canceled", { result: "canceled" }, /1 canceled/],
  ];
  for (const [what, over, text] of faults) {
    it(`is bad when a job was ${what}, and says so`, () => {
      const report = reportMix({ jobs: [...jobs.slice(0, 2), job(3, "runner-cpu", over)], peaks }, facts);
      assert.equal(report.ok, false);
      assert.match(formatMixReport(report), text);
    });
  }

  it("is bad when a planned job was never queued", () => {
    assert.equal(reportMix({ jobs: jobs.slice(1), peaks }, facts).ok, false);
  });
});

describe("the pods of jobs", () => {
  it("are remembered as they were at their best", () => {
    const pods = new Map<string, SeenPod>();
    const labels = { "runner-pod": "r1", "runner-platform/scale-set": "runner-gpu" };
    const pod = (over: PodView): PodView => ({ metadata: { uid: "u", labels }, ...over });
    note(pods, pod({ status: { phase: "Pending" } }));
    assert.deepEqual([...pods.values()], [{ runner: "r1", scaleSet: "runner-gpu", node: undefined, ran: false }]);
    note(pods, pod({ spec: { nodeName: "n1" }, status: { phase: "Running" } }));
    note(pods, { metadata: { uid: "u" }, status: { phase: "Failed" } });
    assert.deepEqual([...pods.values()], [{ runner: "r1", scaleSet: "runner-gpu", node: "n1", ran: true }]);
  });
});

describe("running a plan", () => {
  it("queues each job when its time comes, in its container, and notes the peaks", async () => {
    const github = await startFixture();
    try {
      const arc = await ArcClient.login(github.url, "0.14.2");
      const set = await arc.createScaleSet("runner-cpu");
      const session = await arc.openSession(set.id);
      const progress: JobsProgress[] = [];
      const running = runPlan(
        github.admin,
        [
          { scaleSet: "runner-cpu", atSeconds: 0.5, seconds: 2 },
          { scaleSet: "runner-cpu", atSeconds: 0, seconds: 1 },
        ],
        { container: { image: "job:1" }, timeoutSeconds: 60, intervalMillis: 10 },
        (each) => progress.push(each),
      );
      for (const index of [0, 1]) {
        while ((await github.admin.statistics()).totalAssignedJobs < 1) await arc.nextMessage(session);
        const runner = await RunnerClient.connect((await arc.generateJit(set.id, `r${index}`)).encodedJITConfig);
        const id = (await runner.job()) ?? 0;
        await runner.started(id);
        await runner.finished(id);
      }
      const result = await running;
      assert.deepEqual(
        result.jobs.map(({ seconds, container, result: how }) => ({ seconds, container, how })),
        [1, 2].map((seconds) => ({ seconds, container: { image: "job:1" }, how: "succeeded" })),
      );
      const [first, second] = result.jobs;
      assert.ok((second?.queuedAt ?? 0) - (first?.queuedAt ?? 0) >= 300, "the second came later");
      assert.ok((result.peaks.get("runner-cpu")?.runners ?? 0) >= 1);
      assert.equal(progress.at(-1)?.completed, 2);
      for (const { total } of progress) assert.equal(total, 2);
    } finally {
      await github.close();
    }
  });

  it("stops following when the time is over", async () => {
    const github = await startFixture();
    try {
      const plan = [{ scaleSet: "nobody", atSeconds: 0, seconds: 1 }];
      const { jobs: left } = await runPlan(github.admin, plan, { timeoutSeconds: 0.05, intervalMillis: 10 });
      assert.deepEqual(
        left.map(({ state }) => state),
        ["queued"],
      );
    } finally {
      await github.close();
    }
  });
});
