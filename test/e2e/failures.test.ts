import { strict as assert } from "node:assert";
import { waitUntil } from "../../sandbox/cluster/start";
import { countJobs, summarizeJobs } from "../../sandbox/github/jobs";
import { core, figure, github } from "./support/sandbox";

const noGrace = 0;

async function killPod(namespace: string, matches: (name: string) => boolean): Promise<string> {
  const { items } = await core().listNamespacedPod({ namespace });
  const name = items.map(({ metadata }) => metadata?.name ?? "").find(matches);
  assert.ok(name !== undefined, `a pod to kill in ${namespace}`);
  await core().deleteNamespacedPod({ name, namespace, gracePeriodSeconds: noGrace });
  return name;
}

async function runningJobs(batch: string): Promise<number> {
  return countJobs(await github().jobs({ batch })).running;
}

describe("failures in the middle of a burst", () => {
  it("lose no job that was not yet running when controller, listener and a runner are killed", async () => {
    const { batch } = await github().queueJobs({ scaleSet: "runner-base", count: 20, seconds: 5 });
    await waitUntil(120, "the first jobs to run", async () => (await runningJobs(batch)) >= 1);
    await killPod("arc-systems", (name) => name.endsWith("-listener"));
    await killPod("arc-systems", (name) => name.startsWith("arc-"));
    await waitUntil(120, "a job to run", async () => (await runningJobs(batch)) >= 1);
    const running = (await github().ledger({ batch })).find((job) => job.state === "started");
    const victim = running?.runner;
    if (victim !== undefined) await killPod("arc-runners-dind", (name) => name === victim);

    await waitUntil(400, "all jobs to end", async () => countJobs(await github().jobs({ batch })).completed === 20);
    const ledger = await github().ledger({ batch });
    const report = summarizeJobs(ledger);
    const wait = report.waitSeconds;
    figure(
      `20 jobs of 5 s with three kills: ${report.succeeded} succeeded, ${report.failed} failed, ${report.canceled} canceled, ${report.requeued} requeued; ` +
        `waited p50 ${wait?.p50.toFixed(1) ?? "?"} s, p95 ${wait?.p95.toFixed(1) ?? "?"} s, max ${wait?.max.toFixed(1) ?? "?"} s`,
    );
    assert.equal(report.repeated, 0, "no job ran twice");
    assert.equal(report.unfinished, 0);
    const failed = ledger.filter((job) => job.result !== "succeeded");
    assert.deepEqual(
      failed.filter((job) => job.starts === 0).map((job) => job.displayName),
      [],
      "a job that had not begun is not lost",
    );
    // Only the job of the killed runner may fail: it was running, and running it again could do its work twice.
    assert.ok(failed.length <= 1, `${failed.length} jobs failed: ${failed.map((job) => job.reason).join("; ")}`);
  });

  it("leaves the scale set with a connected listener and its idle runner", async () => {
    await waitUntil(200, "listener and idle runner", async () => {
      const set = (await github().scaleSets()).find(({ name }) => name === "runner-base");
      return (
        set?.listener?.connected === true && set.runners.some((runner) => runner.connected && runner.job === undefined)
      );
    });
  });
});
