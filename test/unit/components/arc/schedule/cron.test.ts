import assert from "node:assert/strict";

import fc from "fast-check";

import { cronAllowed, cronProblem, occurrences, sameReadings } from "../../../../../components/arc/schedule/cron";
import { isTimeZone } from "../../../../../components/arc/schedule/wall-clock";

const more = "lists (1,2), rising ranges (1-5) and steps (*/2, 0-20/5)";
const minute = `0 to 59 as minute; ${more}`;
const hour = `0 to 23 as hour; ${more}`;
const dayOfMonth = `1 to 31 as day of month; ${more}`;
const month = `1 to 12 or JAN to DEC as month; ${more}`;
const dayOfWeek = `0 to 7 or SUN to SAT as day of week; ${more}`;
const date = "a date that exists: no month named has such a day";

describe("cronProblem", () => {
  const refused: [expression: string, allowed: string][] = [
    ["", cronAllowed],
    ["0 9 * *", cronAllowed],
    ["0 0 9 * * *", cronAllowed],
    ["@daily", cronAllowed],
    ["60 9 * * *", minute],
    ["-1 9 * * *", minute],
    ["5/5 9 * * *", minute],
    ["*/0 9 * * *", minute],
    ["*/60 9 * * *", minute],
    ["1,,2 9 * * *", minute],
    ["0.5 9 * * *", minute],
    ["1-2-3 9 * * *", minute],
    ["*-5 9 * * *", minute],
    ["0-10/2/3 9 * * *", minute],
    ["0 24 * * *", hour],
    ["0 ? * * *", hour],
    ["0 18-9 * * *", hour],
    ["0 9 0 * *", dayOfMonth],
    ["0 9 32 * *", dayOfMonth],
    ["0 9 L * *", dayOfMonth],
    ["0 9 15W * *", dayOfMonth],
    ["0 9 * 13 *", month],
    ["0 9 * MON *", month],
    ["0 9 * * 8", dayOfWeek],
    ["0 9 * * FRI-MON", dayOfWeek],
    ["0 9 * * 5#2", dayOfWeek],
    ["0 9 * * Monday", dayOfWeek],
    ["0 9 30 2 *", date],
    ["0 9 31 4,6,9,11 *", date],
  ];
  for (const [expression, allowed] of refused) {
    it(`refuses "${expression}"`, () => assert.equal(cronProblem(expression), allowed));
  }

  for (const expression of [
    "0 9 * * 1-5",
    "*/15 0-6,22-23 1,15 JAN-MAR,dec MON-FRI",
    "0  9 * * 0,7",
    " 0 9 29 2 * ",
    "0 9 30 2 1",
    "0-59/59 * * * *",
  ]) {
    it(`takes "${expression}"`, () => assert.equal(cronProblem(expression), undefined));
  }

  it("takes nothing that the library refuses", () => {
    const item = fc.oneof(
      fc.integer({ min: 0, max: 61 }).map(String),
      fc.constantFrom("*", "*/2", "*/59", "1-5", "5-1", "0-23/5", "MON", "FRI-SAT", "FEB", "7", "L", "?"),
    );
    const field = fc.array(item, { minLength: 1, maxLength: 2 }).map((items) => items.join(","));
    fc.assert(
      fc.property(fc.tuple(field, field, field, field, field), (fields) => {
        const expression = fields.join(" ");
        if (cronProblem(expression) !== undefined) return;
        const { next, last } = occurrences(expression);
        const found = next(Date.UTC(2026, 0, 1));
        assert.ok(found !== undefined, expression);
        assert.equal(last(found), found, `${expression}: an occurrence counts from its own moment on`);
      }),
    );
  });
});

describe("sameReadings", () => {
  const same: [one: string, other: string, expected: boolean][] = [
    ["0 9 * * 1-5", "0 9 * * MON-FRI", true],
    ["0 9 * * 0", "0 9 * * 7", true],
    ["*/30 * * * *", "0,30 * * * *", true],
    ["0 9 * * 1-5", "0 9 * * 1-6", false],
    ["0 9 1 * *", "0 9 1 * 1", false],
    ["0 9 * * *", "0 10 * * *", false],
  ];
  for (const [one, other, expected] of same) {
    it(`${expected ? "sees" : "does not see"} "${one}" in "${other}"`, () =>
      assert.equal(sameReadings(one, other), expected));
  }
});

describe("isTimeZone", () => {
  it("knows every zone of this machine, and no offsets or inventions", () => {
    for (const zone of [...Intl.supportedValuesOf("timeZone"), "UTC"]) assert.ok(isTimeZone(zone), zone);
    for (const zone of ["", "Asia/Soul", "+09:00", "KST", "Seoul"]) assert.ok(!isTimeZone(zone), zone);
  });
});
