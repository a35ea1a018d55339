import assert from "node:assert/strict";

import { desired, type ScheduleWindow } from "../../../../../components/arc/schedule/windows";

const base = { minRunners: 1, maxRunners: 10 };

function window(changes: Partial<ScheduleWindow>): ScheduleWindow {
  return {
    name: "window",
    start: "0 9 * * 1-5",
    end: "0 18 * * 1-5",
    timeZone: "Asia/Seoul",
    minRunners: 5,
    ...changes,
  };
}

/** `open` or `closed`, and until when. */
function state(changes: Partial<ScheduleWindow>, now: string): string {
  const { window: name, until } = desired([window(changes)], base, new Date(now));
  return `${name === undefined ? "closed" : "open"} until ${until.toISOString().replace(":00.000Z", "Z")}`;
}

describe("desired", () => {
  const cases: [what: string, changes: Partial<ScheduleWindow>, now: string, expected: string][] = [
    ["opens at the start itself", {}, "2026-03-02T00:00:00Z", "open until 2026-03-02T09:00Z"],
    ["is closed a millisecond before", {}, "2026-03-01T23:59:59.999Z", "closed until 2026-03-02T00:00Z"],
    ["closes at the end itself", {}, "2026-03-02T09:00:00Z", "closed until 2026-03-03T00:00Z"],
    ["stays closed over the weekend", {}, "2026-03-07T03:00:00Z", "closed until 2026-03-09T00:00Z"],
    [
      "spans midnight",
      { start: "0 22 * * *", end: "0 6 * * *" },
      "2026-03-02T16:00:00Z",
      "open until 2026-03-02T21:00Z",
    ],
    [
      "spans weeks, and starts within it change nothing",
      { start: "0 0 1,8 * *", end: "0 0 22 * *", timeZone: "UTC" },
      "2026-03-20T12:00:00Z",
      "open until 2026-03-22T00:00Z",
    ],
    [
      "spans years: opened on the last leap day",
      { start: "0 0 29 2 *", end: "0 0 1 3 *", timeZone: "UTC" },
      "2024-02-29T12:00:00Z",
      "open until 2024-03-01T00:00Z",
    ],
    [
      "waits for the next leap day, in 2104 after 2096",
      { start: "0 0 29 2 *", end: "0 0 1 3 *", timeZone: "UTC" },
      "2096-03-01T00:00:00Z",
      "closed until 2097-03-01T00:00Z",
    ],
    [
      "ends one opening and begins the next at a common time",
      { start: "0 9 * * *", end: "0 9 * * 1", timeZone: "UTC" },
      "2026-03-02T09:00:00Z",
      "open until 2026-03-03T09:00Z",
    ],
    [
      "starts when the clock jumps over the start (02:30 does not exist)",
      { start: "30 2 * * *", end: "0 5 * * *", timeZone: "Europe/Berlin" },
      "2026-03-29T01:00:00Z",
      "open until 2026-03-29T03:00Z",
    ],
    [
      "is empty when it lies in the hour that is skipped",
      { start: "15 2 * * *", end: "45 2 * * *", timeZone: "Europe/Berlin" },
      "2026-03-29T01:00:00Z",
      "closed until 2026-03-30T00:15Z",
    ],
    [
      "ends when the clock jumps over the end, also over midnight",
      { start: "0 20 * * *", end: "30 23 * * *", timeZone: "America/Scoresbysund" },
      "2026-03-29T01:00:00Z",
      "closed until 2026-03-29T21:00Z",
    ],
    [
      "starts at the first of two 02:30",
      { start: "30 2 * * *", end: "0 5 * * *", timeZone: "Europe/Berlin" },
      "2026-10-25T00:30:00Z",
      "open until 2026-10-25T04:00Z",
    ],
    [
      "does not start again at the second",
      { start: "30 2 * * *", end: "45 2 * * *", timeZone: "Europe/Berlin" },
      "2026-10-25T01:30:00Z",
      "closed until 2026-10-26T01:30Z",
    ],
    [
      "knows jumps of half an hour",
      { start: "45 1 * * *", end: "0 9 * * *", timeZone: "Australia/Lord_Howe" },
      "2026-04-04T14:45:00Z",
      "open until 2026-04-04T22:30Z",
    ],
    [
      "survives a day that never was",
      { start: "0 9 30 12 *", end: "0 18 * * *", timeZone: "Pacific/Apia" },
      "2011-12-30T10:00:00Z",
      "closed until 2011-12-31T04:00Z",
    ],
    [
      "takes names and Sunday as 7",
      { start: "0 9 * JAN-DEC MON", end: "0 9 * * 7", timeZone: "UTC" },
      "2026-03-07T09:00:00Z",
      "open until 2026-03-08T09:00Z",
    ],
  ];
  for (const [what, changes, now, expected] of cases) {
    it(what, () => assert.equal(state(changes, now), expected));
  }

  it("lets a window give one limit and keeps the other", () => {
    const now = new Date("2026-03-02T01:00:00Z");
    assert.deepEqual(
      [{ minRunners: 5 }, { minRunners: undefined, maxRunners: 3 }].map((limits) => {
        const { minRunners, maxRunners } = desired([window(limits)], base, now);
        return [minRunners, maxRunners];
      }),
      [
        [5, 10],
        [1, 3],
      ],
    );
  });

  it("takes a window's zero for a value", () => {
    const drained = desired([window({ minRunners: 0, maxRunners: 0 })], base, new Date("2026-03-02T01:00:00Z"));
    assert.deepEqual([drained.minRunners, drained.maxRunners], [0, 0]);
  });

  it("holds for ever without windows", () => {
    assert.deepEqual(desired([], base, new Date()), { ...base, until: new Date(8.64e15) });
  });
});
