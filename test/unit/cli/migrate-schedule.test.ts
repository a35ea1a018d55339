import assert from "node:assert/strict";

import { windowOf } from "../../../cli/migrate/schedule";
import type { LegacyOverride } from "../../../stacks/legacy/schema";

type Frequency = NonNullable<LegacyOverride["recurrenceRule"]>["frequency"];

function override(startTime: string, endTime: string, frequency?: Frequency): LegacyOverride {
  return { startTime, endTime, minReplicas: 1, ...(frequency && { recurrenceRule: { frequency } }) };
}

describe("the window that replaces an override", () => {
  const cases: readonly (readonly [string, LegacyOverride, string, string, string])[] = [
    [
      "a weekend in Seoul",
      override("2023-07-15T00:00:00+09:00", "2023-07-17T00:00:00+09:00", "Weekly"),
      "0 0 * * 6",
      "0 0 * * 1",
      "Asia/Seoul",
    ],
    [
      "nights in UTC",
      override("2026-01-05T22:30:00Z", "2026-01-06T06:15:00Z", "Daily"),
      "30 22 * * *",
      "15 6 * * *",
      "Etc/UTC",
    ],
    [
      "the first of each month in India",
      override("2026-01-01T00:00:00+05:30", "2026-01-02T00:00:00+05:30", "Monthly"),
      "0 0 1 * *",
      "0 0 2 * *",
      "Asia/Kolkata",
    ],
    [
      "the turn of each year at an offset of half the year only",
      override("2025-12-31T12:00:00-08:00", "2026-01-02T12:00:00-08:00", "Yearly"),
      "0 12 31 12 *",
      "0 12 2 1 *",
      "Etc/GMT+8",
    ],
    [
      "an end with another offset than the start",
      override("2026-01-05T22:00:00+09:00", "2026-01-05T21:00:00Z", "Daily"),
      "0 22 * * *",
      "0 6 * * *",
      "Asia/Seoul",
    ],
    [
      "an offset of Newfoundland",
      override("2026-01-05T22:00:00-03:30", "2026-01-06T06:00:00-03:30", "Daily"),
      "0 22 * * *",
      "0 6 * * *",
      "America/St_Johns",
    ],
  ];
  for (const [title, given, start, end, timeZone] of cases) {
    it(`keeps ${title}`, () => {
      assert.deepEqual(windowOf(given, 0).window, { name: "override-1", start, end, timeZone, minRunners: 1 });
      assert.equal(new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "", true);
    });
  }

  it("is none for an override that happens once, or always", () => {
    const once = windowOf(override("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z"), 1);
    assert.deepEqual(once, {
      notes: [
        {
          subject: "scheduledOverrides.1",
          text: "it happens once, from 2026-07-01T00:00:00Z to 2026-07-02T00:00:00Z; windows recur. Change minRunners for that time.",
        },
      ],
    });
    const always = windowOf(override("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z", "Daily"), 0);
    assert.deepEqual(always, {
      notes: [
        { subject: "scheduledOverrides.0", text: "it never ends: give the set minRunners: 1 instead of a window." },
      ],
    });
  });

  it("says that an offset is no time zone, and which zones have it", () => {
    const { notes } = windowOf(override("2026-01-05T22:00:00-08:00", "2026-01-06T06:00:00-08:00", "Daily"), 0);
    assert.deepEqual(notes, [
      {
        subject: "scheduledOverrides.0",
        text: "-08:00 is an offset and no time zone; Etc/GMT+8 keeps it all year. Choose the zone of those who use the runners. Others at this offset: America/Los_Angeles.",
      },
    ]);
  });

  it("says where an end by the calendar differs from an override's length", () => {
    const { notes } = windowOf(override("2026-01-30T00:00:00Z", "2026-02-02T00:00:00Z", "Monthly"), 0);
    assert.equal(notes[1]?.text, "it runs into the next month, whose day the end names; the override counted days.");
  });
});
