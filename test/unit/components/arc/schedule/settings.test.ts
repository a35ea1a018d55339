import assert from "node:assert/strict";

import fc from "fast-check";

import { desired } from "../../../../../components/arc/schedule/windows";
import { formatProblems, schemaProblems } from "../../../../../stacks/problems";
import { type ScheduledSettings, scheduleProblems, scheduleSchema } from "../../../../../stacks/schedule-schema";

const day = { name: "day", start: "0 9 * * 1-5", end: "0 18 * * 1-5", timeZone: "Asia/Seoul", minRunners: 5 };
const more = "lists (1,2), rising ranges (1-5) and steps (*/2, 0-20/5)";

/** The lines of the message for a schedule, without the path that all have in common. */
function problems(schedule: unknown, limits: Partial<ScheduledSettings> = {}): string[] {
  const parsed = scheduleSchema.safeParse(schedule);
  const found = parsed.success
    ? scheduleProblems("scaleSets.runner-base", { minRunners: 1, maxRunners: 10, ...limits, schedule: parsed.data })
    : schemaProblems(["scaleSets", "runner-base", "schedule"], schedule, scheduleSchema, parsed.error.issues);
  return formatProblems("dev", found)
    .split("\n")
    .slice(1)
    .map((line) => line.replace("  scaleSets.runner-base.schedule", ""));
}

describe("the schedule of a scale set", () => {
  const right: [what: string, schedule: unknown, limits?: Partial<ScheduledSettings>][] = [
    ["nothing", []],
    ["a window with a minimum", [day]],
    ["a window with a maximum", [{ ...day, minRunners: undefined, maxRunners: 3 }]],
    ["a window that drains the set", [{ ...day, minRunners: 0, maxRunners: 0 }]],
    ["a window with the set's own limits", [{ ...day, minRunners: 1, maxRunners: 10 }]],
    ["several windows, over each other and over midnight", [day, { ...day, name: "night", end: "0 6 * * *" }]],
    ["a lower maximum with a minimum below it", [{ ...day, minRunners: 2, maxRunners: 2 }], { minRunners: 5 }],
  ];
  for (const [what, schedule, limits] of right) {
    it(`may be ${what}`, () => assert.deepEqual(problems(schedule, limits), []));
  }

  const wrong: [what: string, schedule: unknown, limits: Partial<ScheduledSettings>, lines: string[]][] = [
    [
      "no list",
      day,
      {},
      [`: given ${JSON.stringify(day).slice(0, 77)}...; allowed: a list of time windows, the one that decides first`],
    ],
    [
      "a window without anything",
      [{}],
      {},
      [
        ".0.name: not set; allowed: a name of lower-case letters, digits and hyphens, such as office-hours",
        '.0.start: not set; allowed: five cron fields in quotes (minute, hour, day of month, month, day of week) such as "0 9 * * 1-5"',
        '.0.end: not set; allowed: five cron fields in quotes (minute, hour, day of month, month, day of week) such as "0 9 * * 1-5"',
        ".0.timeZone: not set; allowed: an IANA time zone such as Asia/Seoul",
      ],
    ],
    [
      "several mistakes in several windows, all named",
      [
        { ...day, start: "0 25 * * *", timeZone: "Asia/Seol" },
        { ...day, name: "Bad Name", end: "0 0 30 2 *", minRunners: "5" },
        { ...day, name: "third", timezone: "UTC" },
      ],
      {},
      [
        `.0.start: given "0 25 * * *"; allowed: 0 to 23 as hour; ${more}`,
        '.0.timeZone: given "Asia/Seol"; allowed: an IANA time zone such as Asia/Seoul (did you mean Asia/Seoul?)',
        '.1.name: given "Bad Name"; allowed: a name of lower-case letters, digits and hyphens, such as office-hours',
        '.1.end: given "0 0 30 2 *"; allowed: a date that exists: no month named has such a day',
        '.1.minRunners: given "5"; allowed: a whole number from 0 to 10000; fix: remove the quotes',
        ".2.timezone: unknown key; allowed: name, start, end, timeZone, minRunners, maxRunners; fix: did you mean timeZone?",
      ],
    ],
    [
      "an offset for a time zone",
      [{ ...day, timeZone: "+09:00" }],
      {},
      ['.0.timeZone: given "+09:00"; allowed: an IANA time zone such as Asia/Seoul'],
    ],
    [
      "two windows of one name",
      [day, { ...day, name: "night" }, day],
      {},
      ['.2.name: given "day"; allowed: a name of its own: window 0 of this set is called so'],
    ],
    [
      "an end that is always its start",
      [{ ...day, start: "0 9 * * 1-5", end: "0 9 * * MON-FRI" }],
      {},
      [
        '.0.end: given "0 9 * * MON-FRI", the times of start; allowed: other times than those of start; ' +
          "fix: the window would never close: for all times change the set's own minRunners and maxRunners",
      ],
    ],
    [
      "no limit",
      [{ ...day, minRunners: undefined }],
      {},
      [".0: neither minRunners nor maxRunners given; allowed: at least one of them"],
    ],
    [
      "a minimum above the set's maximum",
      [{ ...day, minRunners: 11 }],
      {},
      [".0.minRunners: given 11; allowed: at most maxRunners, which is 10 for the set"],
    ],
    [
      "a minimum above the window's maximum",
      [{ ...day, minRunners: 6, maxRunners: 5 }],
      {},
      [".0.minRunners: given 6; allowed: at most maxRunners, which is 5 in this window"],
    ],
    [
      "a maximum below the set's minimum",
      [{ ...day, minRunners: undefined, maxRunners: 2 }],
      { minRunners: 3 },
      [
        ".0.maxRunners: given 2; allowed: at least minRunners, which is 3 for the set; fix: give this window a minRunners too",
      ],
    ],
    [
      "a maximum above the set's",
      [{ ...day, minRunners: 12, maxRunners: 11 }],
      {},
      [
        ".0.maxRunners: given 11; allowed: at most 10, the set's own maxRunners, for which quota and devices are provided; " +
          "fix: raise the set's maxRunners, and lower it by a window for the other times",
        ".0.minRunners: given 12; allowed: at most maxRunners, which is 11 in this window",
      ],
    ],
  ];
  for (const [what, schedule, limits, lines] of wrong) {
    it(`may not be ${what}`, () => assert.deepEqual(problems(schedule, limits), lines));
  }

  it("never makes limits that a set may not have, if it passes the checks", () => {
    const number = fc.option(fc.nat(12), { nil: undefined });
    fc.assert(
      fc.property(fc.nat(8), fc.nat(12), number, number, (least, most, minRunners, maxRunners) => {
        fc.pre(least <= most);
        const set = { minRunners: least, maxRunners: most, schedule: [{ ...day, minRunners, maxRunners }] };
        fc.pre(scheduleProblems("set", set).length === 0);
        const now = desired(set.schedule, set, new Date("2026-03-02T01:00:00Z"));
        assert.equal(now.window, "day");
        assert.ok(now.minRunners <= now.maxRunners && now.maxRunners <= most);
      }),
    );
  });
});
