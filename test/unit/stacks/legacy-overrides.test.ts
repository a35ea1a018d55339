import assert from "node:assert/strict";

import { type Change, legacyLines as problems } from "../../fixtures/legacy/settings";

const at = "legacy.runnerDeployments.example";
const queue = { type: "TotalNumberOfQueuedAndInProgressWorkflowRuns", repositoryNames: ["app"] };
const scaler = (changes: Change): Change => ({
  autoscaler: { minReplicas: 1, maxReplicas: 5, metrics: [queue], ...changes },
});

describe("settings of scheduled overrides", () => {
  const override = (changes: Change): Change =>
    scaler({
      scheduledOverrides: [
        { startTime: "2026-07-18T00:00:00+09:00", endTime: "2026-07-20T00:00:00+09:00", minReplicas: 1, ...changes },
      ],
    });
  const first = `${at}.autoscaler.scheduledOverrides.0`;
  const wrongOverrides: readonly (readonly [string, Change, string])[] = [
    [
      "without offset",
      override({ startTime: "2026-07-18T00:00:00" }),
      `${first}.startTime: given "2026-07-18T00:00:00"; allowed: a time with its offset, such as +09:00 or Z; fix: "2026-07-18T00:00:00+09:00" for Seoul`,
    ],
    [
      "at a time that does not exist",
      override({ startTime: "2026-13-18T00:00:00Z" }),
      `${first}.startTime: given "2026-13-18T00:00:00Z"; allowed: a time that exists`,
    ],
    [
      "that ends before it starts",
      override({ endTime: "2026-07-17T00:00:00+09:00" }),
      `${first}.endTime: given "2026-07-17T00:00:00+09:00"; allowed: a time after startTime, which is 2026-07-18T00:00:00+09:00`,
    ],
    [
      "longer than the time between two of it",
      override({ recurrenceRule: { frequency: "Daily" } }),
      `${first}.endTime: given "2026-07-20T00:00:00+09:00"; allowed: at most 1 day after startTime, because it recurs Daily; fix: the controller fails at longer ones and scales no more`,
    ],
    [
      "that recurs until before it starts",
      override({ recurrenceRule: { frequency: "Weekly", untilTime: "2026-07-01T00:00:00Z" } }),
      `${first}.recurrenceRule.untilTime: given "2026-07-01T00:00:00Z"; allowed: a time after startTime, which is 2026-07-18T00:00:00+09:00`,
    ],
    [
      "above the maximum",
      override({ minReplicas: 9 }),
      `${first}.minReplicas: given 9; allowed: at most maxReplicas, which is 5; fix: an override beats maxReplicas: so many runners would really start`,
    ],
    [
      "behind one that is active whenever it is",
      scaler({
        scheduledOverrides: [
          {
            startTime: "2026-07-18T00:00:00+09:00",
            endTime: "2026-07-20T00:00:00+09:00",
            minReplicas: 1,
            recurrenceRule: { frequency: "Weekly" },
          },
          {
            startTime: "2026-07-25T03:00:00+09:00",
            endTime: "2026-07-25T06:00:00+09:00",
            minReplicas: 4,
            recurrenceRule: { frequency: "Weekly" },
          },
        ],
      }),
      `${at}.autoscaler.scheduledOverrides.1: never counts: an earlier one of the list is active whenever it is; allowed: overrides from the most special to the most general; fix: move it to the front, or remove it`,
    ],
  ];
  for (const [title, runners, message] of wrongOverrides) {
    it(`name an override ${title}`, () => {
      assert.deepEqual(problems(runners), [message]);
    });
  }
});
