import assert from "node:assert/strict";

import fc from "fast-check";

import { desired } from "../../../../../components/arc/schedule/windows";
import { walk } from "./oracle";

const minute = 60_000;
const day = 1440 * minute;

/** Half and quarter hours, jumps of half an hour and of two, jumps over midnight, clocks that never change, both hemispheres. */
const zones = [
  "UTC",
  "Asia/Seoul",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Asia/Tehran",
  "Asia/Beirut",
  "Europe/Berlin",
  "Europe/Dublin",
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/New_York",
  "America/St_Johns",
  "America/Sao_Paulo",
  "America/Asuncion",
  "America/Havana",
  "America/Scoresbysund",
  "Antarctica/Troll",
  "Atlantic/Azores",
  "Australia/Lord_Howe",
  "Australia/Adelaide",
  "Pacific/Chatham",
  "Pacific/Apia",
];

/** Texts of a field that matches something within each hour, day or week. */
const list = (least: number, most: number) =>
  fc
    .uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 3 })
    .map((values) => values.join(","));
const range = (least: number, most: number) =>
  fc
    .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
    .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`);
const minutes = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("0", "15", "30", "45", "59") },
  { weight: 1, arbitrary: list(0, 59) },
  { weight: 1, arbitrary: fc.constantFrom("*/20", "5-50/15", "*") },
);
const hours = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("0", "1", "2", "3", "23") },
  { weight: 2, arbitrary: list(0, 23) },
  { weight: 1, arbitrary: fc.oneof(range(0, 23), fc.constantFrom("*", "*/6")) },
);
const weekdays = fc.oneof(fc.constant("*"), range(0, 6), list(0, 6));
const daysOfMonth = fc.oneof({ weight: 5, arbitrary: fc.constant("*") }, { weight: 1, arbitrary: list(1, 28) });
const expression = fc
  .tuple(minutes, hours, daysOfMonth, weekdays)
  .map(([m, h, d, w]) => `${m} ${h} ${d} * ${d === "*" ? w : "*"}`);

/** Instants in the months in which clocks change, for the most part. */
const moment = fc
  .tuple(
    fc.integer({ min: 2005, max: 2037 }),
    fc.constantFrom(1, 2, 2, 3, 3, 8, 9, 9, 10, 10),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([year, month, date]) => Date.UTC(year, month, date));

describe("desired, against a clock that runs minute by minute", function () {
  this.timeout(120_000);

  it("has the same windows open at the same minutes, and never holds longer than it says", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        expression,
        expression,
        moment,
        fc.array(fc.integer({ min: 9 * 1440, max: 12 * 1440 - 1 }), { minLength: 8, maxLength: 8 }),
        (timeZone, start, end, from, minutesIn) => {
          const to = from + 13 * day;
          const walked = walk(timeZone, start, end, from, to);
          const windows = [{ name: "window", start, end, timeZone, minRunners: 7 }];
          // Besides any minute, those before, at and after something happens.
          const eventful = walked.events.filter((at) => at > from + 9 * day && at < to - day).slice(0, 5);
          const moments = [
            ...minutesIn.map((m) => from + m * minute),
            ...eventful.flatMap((at) => [at - 1, at, at + 1]),
          ];
          for (const now of moments) {
            const expected = walked.openAt(now);
            if (expected === undefined) continue;
            const { minRunners, window, until } = desired(windows, { minRunners: 1, maxRunners: 10 }, new Date(now));
            const where = `${timeZone} "${start}" to "${end}" at ${new Date(now).toISOString()}`;
            assert.equal(minRunners, expected ? 7 : 1, where);
            assert.equal(window, expected ? "window" : undefined, where);
            const next = walked.events.find((at) => at > now);
            if (next === undefined) assert.ok(until.getTime() >= to, `${where}: until ${until.toISOString()}`);
            else assert.equal(until.toISOString(), new Date(next).toISOString(), where);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("lets the earliest listed open window decide, and takes from it only what it gives", () => {
    const limits = fc.record(
      { minRunners: fc.nat(20), maxRunners: fc.integer({ min: 20, max: 40 }) },
      { requiredKeys: [] },
    );
    const window = fc.record({ start: expression, end: expression, timeZone: fc.constantFrom(...zones), limits });
    fc.assert(
      fc.property(fc.array(window, { maxLength: 4 }), moment, (drawn, now) => {
        const windows = drawn.map(({ limits: given, ...rest }, index) => ({ ...rest, ...given, name: `w${index}` }));
        const base = { minRunners: 100, maxRunners: 200 };
        const at = new Date(now);
        const alone = windows.map((one) => desired([one], base, at));
        const together = desired(windows, base, at);
        const deciding = alone.findIndex((one) => one.window !== undefined);
        assert.equal(together.window, windows[deciding]?.name);
        assert.equal(together.minRunners, windows[deciding]?.minRunners ?? 100);
        assert.equal(together.maxRunners, windows[deciding]?.maxRunners ?? 200);
        assert.equal(together.until.getTime(), Math.min(8.64e15, ...alone.map(({ until }) => until.getTime())));
      }),
      { numRuns: 60 },
    );
  });
});
