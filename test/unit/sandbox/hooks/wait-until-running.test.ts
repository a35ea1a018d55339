import assert from "node:assert/strict";
import { waitUntilRunning } from "../../../../sandbox/hooks/wait-until-running";

/** Gives these states one after the other, the last one for ever, on a clock that only pauses move. */
async function wait(seconds: number, ...states: readonly object[]): Promise<{ asked: number; millis: number }> {
  let [asked, millis] = [0, 0];
  await waitUntilRunning(
    () => {
      const status = states[Math.min(asked, states.length - 1)];
      asked += 1;
      return Promise.resolve({ status });
    },
    "p",
    {
      seconds,
      now: () => millis,
      pause: (pause) => {
        millis += pause;
        return Promise.resolve();
      },
    },
  );
  return { asked, millis };
}

const pending = { phase: "Pending" };

describe("waiting for the pod of a job", () => {
  it("ends as soon as it runs", async () => {
    assert.deepEqual(await wait(600, { phase: "Running" }), { asked: 1, millis: 0 });
    assert.equal((await wait(600, pending, pending, { phase: "Running" })).asked, 3);
  });

  it("asks ever more seldom, and for as long as it may", async () => {
    const waits = Array<object>(130).fill(pending);
    const { asked, millis } = await wait(600, ...waits.slice(0, 60), { phase: "Running" });
    assert.equal(asked, 61);
    assert.ok(millis > 200_000, String(millis));
    await assert.rejects(wait(600, ...waits), {
      message: "Pod p is unhealthy with phase status Pending: 600 s were not enough",
    });
  });

  const reasons: readonly (readonly [string, object, string])[] = [
    [
      "no node",
      {
        conditions: [
          { type: "PodScheduled", status: "False", message: "0/5 nodes are available: 1 Insufficient gpu." },
        ],
      },
      "0/5 nodes are available: 1 Insufficient gpu.",
    ],
    [
      "no image",
      { containerStatuses: [{ name: "job", state: { waiting: { reason: "ErrImagePull", message: "not found" } } }] },
      "container job: ErrImagePull: not found",
    ],
    [
      "an init container that fails",
      {
        initContainerStatuses: [{ name: "fs-init", state: { terminated: { exitCode: 2, reason: "Error" } } }],
        containerStatuses: [{ name: "job", state: { waiting: { reason: "PodInitializing" } } }],
      },
      "container fs-init: exit code 2: Error",
    ],
  ];
  for (const [what, status, message] of reasons) {
    it(`tells of ${what} when the time is over`, async () => {
      await assert.rejects(wait(3, { ...pending, ...status }), {
        message: `Pod p is unhealthy with phase status Pending: 3 s were not enough; ${message}`,
      });
    });
  }

  it("gives up a pod that ended or has no phase", async () => {
    await assert.rejects(wait(600, pending, { phase: "Failed", reason: "Evicted" }), {
      message: "Pod p is unhealthy with phase status Failed: Evicted",
    });
    await assert.rejects(wait(600, {}), { message: "Pod p is unhealthy with phase status Unknown" });
  });
});
