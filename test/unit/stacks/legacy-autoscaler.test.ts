import assert from "node:assert/strict";

import { type Change, legacyInput, legacyLines as problems } from "../../fixtures/legacy/settings";

const at = "legacy.runnerDeployments.example";
const queue = { type: "TotalNumberOfQueuedAndInProgressWorkflowRuns", repositoryNames: ["app"] };
const busy = { type: "PercentageRunnersBusy" };
const scaler = (changes: Change): Change => ({
  autoscaler: { minReplicas: 1, maxReplicas: 5, metrics: [queue], ...changes },
});

describe("settings of autoscalers of legacy runners", () => {
  it("are right with the queue behind the busy share, in this order", () => {
    assert.deepEqual(problems(scaler({ minReplicas: 0, metrics: [busy, queue] })), []);
  });

  it("are right from zero with a trigger alone, when the webhook server runs", () => {
    const trigger = { githubEvent: { workflowJob: {} }, duration: "30m" };
    const found = problems(
      scaler({ minReplicas: 0, metrics: [], scaleUpTriggers: [trigger] }),
      { webhookServer: { ...legacyInput.controller.webhookServer, enabled: true } },
      { webhookToken: true },
    );
    assert.deepEqual(found, []);
  });

  it("are right with overrides as the only thing that changes the number", () => {
    const override = { startTime: "2026-07-18T00:00:00Z", endTime: "2026-07-20T00:00:00Z", minReplicas: 0 };
    assert.deepEqual(problems(scaler({ metrics: [], scheduledOverrides: [override] })), []);
  });

  const wrong: readonly (readonly [string, Change, string])[] = [
    [
      "zero with the busy share as the only metric",
      scaler({ minReplicas: 0, metrics: [busy] }),
      `${at}.autoscaler.minReplicas: given 0, but PercentageRunnersBusy is the only metric: with no runner none is busy, so the set never leaves zero; allowed: at least 1; fix: use 1, or add TotalNumberOfQueuedAndInProgressWorkflowRuns as the second metric, or scaleUpTriggers`,
    ],
    [
      "zero inside an override with the busy share as the only metric",
      scaler({
        metrics: [busy],
        scheduledOverrides: [
          { startTime: "2026-07-18T00:00:00+09:00", endTime: "2026-07-20T00:00:00+09:00", minReplicas: 0 },
        ],
      }),
      `${at}.autoscaler.scheduledOverrides.0.minReplicas: given 0, but PercentageRunnersBusy is the only metric: with no runner none is busy, so the set stays at zero until the override ends; allowed: at least 1; fix: use 1, or add TotalNumberOfQueuedAndInProgressWorkflowRuns as the second metric, or scaleUpTriggers`,
    ],
    [
      "zero without metric and trigger",
      scaler({ minReplicas: 0, metrics: undefined }),
      `${at}.autoscaler.minReplicas: given 0, but there is neither a metric nor a trigger: the set never leaves zero; allowed: at least 1; fix: use 1, or add TotalNumberOfQueuedAndInProgressWorkflowRuns, or scaleUpTriggers`,
    ],
    [
      "an autoscaler that could never scale",
      scaler({ metrics: undefined }),
      `${at}.autoscaler.metrics: not set, nor are scaleUpTriggers; allowed: TotalNumberOfQueuedAndInProgressWorkflowRuns or PercentageRunnersBusy; fix: without either the set stays at minReplicas: add a metric, or give replicas instead of an autoscaler`,
    ],
    [
      "both metrics in the wrong order",
      scaler({ minReplicas: 0, metrics: [queue, busy] }),
      `${at}.autoscaler.metrics: given TotalNumberOfQueuedAndInProgressWorkflowRuns, PercentageRunnersBusy; allowed: one metric, or PercentageRunnersBusy first and TotalNumberOfQueuedAndInProgressWorkflowRuns second; fix: swap them: in this order the controller fails whenever nothing is queued, and never scales down`,
    ],
    [
      "one metric twice",
      scaler({ metrics: [busy, busy] }),
      `${at}.autoscaler.metrics: given PercentageRunnersBusy, PercentageRunnersBusy; allowed: one metric, or PercentageRunnersBusy first and TotalNumberOfQueuedAndInProgressWorkflowRuns second; fix: remove one of them`,
    ],
    [
      "three metrics",
      scaler({ metrics: [busy, queue, queue] }),
      `${at}.autoscaler.metrics: given 3 metrics; allowed: one metric, or PercentageRunnersBusy first and TotalNumberOfQueuedAndInProgressWorkflowRuns second`,
    ],
    [
      "a queue of an organization without names of repositories",
      scaler({ metrics: [{ type: queue.type }] }),
      `${at}.autoscaler.metrics.0.repositoryNames: not set; allowed: names of repositories, for runners of an organization; fix: list every repository whose jobs these runners serve: without it the controller only reports an error`,
    ],
    [
      "repositories with their owner",
      scaler({ metrics: [{ ...queue, repositoryNames: ["app", "acme/tools"] }] }),
      `${at}.autoscaler.metrics.0.repositoryNames: given ["acme/tools"]; allowed: names without owner: they are looked up below acme; fix: use tools`,
    ],
    [
      "names of repositories for runners of one repository",
      {
        organization: undefined,
        repository: "acme/app",
        ...scaler({ metrics: [{ ...queue, repositoryNames: ["acme/app"] }] }),
      },
      `${at}.autoscaler.metrics.0.repositoryNames: given ["acme/app"]; allowed: nothing: it is ignored for runners of a repository; fix: remove it: the controller looks at acme/app anyway`,
    ],
    [
      "names of repositories beside the busy share",
      scaler({ metrics: [{ ...busy, repositoryNames: ["app"] }] }),
      `${at}.autoscaler.metrics.0.repositoryNames: given ["app"]; allowed: nothing: only TotalNumberOfQueuedAndInProgressWorkflowRuns reads it; fix: remove it`,
    ],
    [
      "a queue of an enterprise",
      { organization: undefined, enterprise: "acme", ...scaler({ metrics: [{ type: queue.type }] }) },
      `${at}.autoscaler.metrics.0.type: given TotalNumberOfQueuedAndInProgressWorkflowRuns for runners of an enterprise; allowed: PercentageRunnersBusy; fix: the controller looks at queues of repositories and of organizations only: use the other metric, or scaleUpTriggers`,
    ],
    [
      "thresholds beside the queue",
      scaler({ metrics: [{ ...queue, scaleUpThreshold: "0.75" }] }),
      `${at}.autoscaler.metrics.0.scaleUpThreshold: given "0.75"; allowed: nothing: only PercentageRunnersBusy reads it; fix: remove it`,
    ],
    [
      "factor and adjustment together",
      scaler({ metrics: [{ ...busy, scaleUpFactor: "2", scaleUpAdjustment: 2 }] }),
      `${at}.autoscaler.metrics.0.scaleUpFactor: given "2", beside scaleUpAdjustment 2; allowed: one of the two; fix: the controller refuses both together and scales no more`,
    ],
    [
      "a threshold in per cent",
      scaler({ metrics: [{ ...busy, scaleUpThreshold: "75" }] }),
      `${at}.autoscaler.metrics.0.scaleUpThreshold: given "75"; allowed: a share of busy runners from 0 to 1; fix: a share, not a percentage: use "0.75"`,
    ],
    [
      "thresholds that meet",
      scaler({ metrics: [{ ...busy, scaleUpThreshold: "0.5", scaleDownThreshold: "0.5" }] }),
      `${at}.autoscaler.metrics.0.scaleUpThreshold: given "0.5"; allowed: more than scaleDownThreshold, which is 0.5; fix: scaling up begins at the one, scaling down below the other`,
    ],
    [
      "a threshold beyond the other's default",
      scaler({ metrics: [{ ...busy, scaleDownThreshold: "0.9" }] }),
      `${at}.autoscaler.metrics.0.scaleDownThreshold: given "0.9"; allowed: less than scaleUpThreshold, which is 0.8; fix: scaling up begins at the one, scaling down below the other`,
    ],
    [
      "a factor that never grows",
      scaler({ metrics: [{ ...busy, scaleUpFactor: "1" }] }),
      `${at}.autoscaler.metrics.0.scaleUpFactor: given "1"; allowed: more than 1, or the set never grows`,
    ],
    [
      "a factor that never shrinks",
      scaler({ metrics: [{ ...busy, scaleDownFactor: "1.5" }] }),
      `${at}.autoscaler.metrics.0.scaleDownFactor: given "1.5"; allowed: less than 1, or the set never shrinks`,
    ],
    [
      "more at least than at most",
      scaler({ minReplicas: 6 }),
      `${at}.autoscaler.minReplicas: given 6; allowed: at most maxReplicas, which is 5`,
    ],
  ];
  for (const [title, runners, message] of wrong) {
    it(`name ${title}`, () => {
      assert.deepEqual(problems(runners), [message]);
    });
  }
});
