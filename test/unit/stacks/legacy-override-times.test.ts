import assert from "node:assert/strict";

import fc from "fast-check";

import { isCovered, type Occurrences } from "../../../stacks/legacy/override-times";

function times(start: string, end: string, rest: Partial<Occurrences> = {}): Occurrences {
  return { start: new Date(start), end: new Date(end), ...rest };
}

const weekend = times("2026-07-18T00:00:00Z", "2026-07-20T00:00:00Z", { frequency: "Weekly" });

describe("an override that an earlier one hides", () => {
  const cases: readonly (readonly [string, Occurrences, readonly Occurrences[], boolean])[] = [
    ["nothing earlier", weekend, [], false],
    ["itself once more", weekend, [weekend], true],
    [
      "a Saturday inside of each weekend",
      times("2026-08-01T02:00:00Z", "2026-08-01T04:00:00Z", { frequency: "Weekly" }),
      [weekend],
      true,
    ],
    [
      "a Friday beside the weekends",
      times("2026-08-07T02:00:00Z", "2026-08-07T04:00:00Z", { frequency: "Weekly" }),
      [weekend],
      false,
    ],
    [
      "each night, of which weekends hide two",
      times("2026-07-18T02:00:00Z", "2026-07-18T04:00:00Z", { frequency: "Daily" }),
      [weekend],
      false,
    ],
    ["a single Saturday", times("2026-08-01T02:00:00Z", "2026-08-01T04:00:00Z"), [weekend], true],
    [
      "a weekend before the earlier one begins",
      times("2026-07-11T00:00:00Z", "2026-07-13T00:00:00Z", { frequency: "Weekly" }),
      [weekend],
      false,
    ],
    [
      "weekends beyond the end of the earlier one",
      weekend,
      [{ ...weekend, until: new Date("2026-12-31T00:00:00Z") }],
      false,
    ],
    [
      "weekends that end together",
      { ...weekend, until: new Date("2026-10-01T00:00:00Z") },
      [{ ...weekend, until: new Date("2026-12-31T00:00:00Z") }],
      true,
    ],
    [
      "weekends that two earlier ones cover together",
      weekend,
      [
        times("2026-07-18T00:00:00Z", "2026-07-19T00:00:00Z", { frequency: "Weekly" }),
        times("2026-07-19T00:00:00Z", "2026-07-20T00:00:00Z", { frequency: "Weekly" }),
      ],
      true,
    ],
    [
      "a first of the month among all days",
      times("2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z", { frequency: "Monthly" }),
      [times("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z", { frequency: "Daily" })],
      true,
    ],
    [
      "a year's day among first days of months",
      times("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z", { frequency: "Yearly" }),
      [times("2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z", { frequency: "Monthly" })],
      true,
    ],
  ];
  for (const [title, own, others, hidden] of cases) {
    it(`is ${hidden ? "found" : "not found"}: ${title}`, () => {
      assert.equal(isCovered(own, others), hidden);
    });
  }

  const hour = 3_600_000;
  const anyOverride = fc
    .record({
      start: fc.integer({ min: 0, max: 24 * 365 }),
      hours: fc.integer({ min: 1, max: 24 }),
      frequency: fc.constantFrom("Daily", "Weekly", "Monthly", "Yearly", undefined),
    })
    .map(({ start, hours, frequency }): Occurrences => {
      const begin = Date.UTC(2026, 0, 1) + start * hour;
      return {
        start: new Date(begin),
        end: new Date(begin + hours * hour),
        ...(frequency !== undefined && { frequency }),
      };
    });

  it("is found whatever else the list holds, once it stands there itself", () => {
    fc.assert(
      fc.property(anyOverride, fc.array(anyOverride, { maxLength: 3 }), (own, others) =>
        isCovered(own, [...others, own]),
      ),
      { numRuns: 50 },
    );
  });

  it("is never found among shorter ones of the same times", () => {
    fc.assert(
      fc.property(anyOverride, (own) => {
        const shorter = { ...own, end: new Date(own.end.getTime() - 1000) };
        // Days without a pause between them leave no gap to tell.
        return own.end.getTime() - own.start.getTime() === 24 * hour || !isCovered(own, [shorter]);
      }),
      { numRuns: 50 },
    );
  });
});
