import { strict as assert } from "node:assert";

import fc from "fast-check";

import { planIntervals } from "../../../../apps/exporter/feeds/intervals";
import { type AnswerSeen, Budget, usualBudgetOptions } from "../../../../apps/exporter/github/budget";

const now = Date.UTC(2026, 0, 5);
const inAnHour = now / 1000 + 3600;
const fine = (remaining: number): AnswerSeen => ({
  ...{ status: 200, limited: false, limit: 5000, remaining, reset: inAnHour },
});

describe("the exporter's budget", () => {
  const budget = (options = {}) => new Budget({ ...usualBudgetOptions, ...options }, () => 0);
  /** When the next request may go out after these answers. */
  const after = (used: Budget, ...answers: readonly AnswerSeen[]): number => {
    for (const answer of answers) {
      used.spend(now);
      used.answered(answer, now);
    }
    return used.nextAt(now) - now;
  };

  const refused = { status: 403, limited: true };
  const cases: readonly (readonly [name: string, answers: readonly AnswerSeen[], wait: number])[] = [
    ["nothing is known yet", [], 0],
    ["much is left", [fine(4000)], 0],
    ["only the reserve is left", [fine(1000)], 3_600_000],
    ["an older answer comes late and says that more was left", [fine(1000), fine(1010)], 3_600_000],
    ["GitHub says how long to wait", [{ ...refused, retryAfter: 17 }], 17_000],
    ["GitHub says so with 429", [{ status: 429, limited: false, retryAfter: 17 }], 17_000],
    ["nothing is left", [{ ...refused, limit: 5000, remaining: 0, reset: inAnHour }], 3_600_000],
    ["GitHub refuses without a reason", [refused], 60_000],
    ["and again", [refused, refused, refused], 240_000],
    ["a right is missing, which is no limit", [{ status: 403, limited: false }], 0],
  ];
  for (const [name, answers, wait] of cases) {
    it(`waits ${wait / 1000} s when ${name}`, () => assert.equal(after(budget(), ...answers), wait));
  }

  it("counts requests under way as spent", () => {
    const used = budget({ reserve: 0 });
    used.spend(now);
    used.answered(fine(2), now);
    used.spend(now);
    assert.equal(used.nextAt(now), now);
    used.spend(now);
    assert.ok(used.nextAt(now) > now);
    used.failed();
    assert.equal(used.nextAt(now), now, "one that got no answer may be tried again");
  });

  it("asks anew when the hour is over", () => {
    const used = budget();
    assert.ok(after(used, fine(0)) > 0);
    assert.equal(used.nextAt(inAnHour * 1000), inAnHour * 1000);
  });

  it("never sends more within a minute than it may, however requests come", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 80 }), (gaps) => {
        const used = budget({ pointsPerMinute: 10 });
        const sent: number[] = [];
        let time = now;
        for (const gap of gaps) {
          time = Math.max(time + gap, used.nextAt(time + gap));
          used.spend(time);
          used.failed();
          sent.push(time);
        }
        for (const [index, at] of sent.entries()) assert.ok(at - (sent[index - 10] ?? 0) >= 60_000);
      }),
    );
  });
});

describe("intervals of polling", () => {
  const options = { baseMs: 60_000, longestMs: 900_000, listsPerMinute: 400 };
  const plenty = { usable: Number.POSITIVE_INFINITY, untilResetMs: 1, chargedPerMinute: 0 };
  const count = fc.integer({ min: 0, max: 3_000 });

  it("keeps within the requests of a minute, and leaves idle repositories to wait first", () => {
    fc.assert(
      fc.property(count, count, count, (active, recent, idle) => {
        const { activeMs, recentMs, idleMs } = planIntervals({ active, recent, idle }, options, plenty);
        const perMinute = 60_000 * (active / activeMs + recent / recentMs + idle / idleMs);
        assert.ok(perMinute <= 400 + 1e-6, `${perMinute} a minute`);
        assert.ok(activeMs <= recentMs && recentMs <= idleMs);
        assert.ok(activeMs >= 60_000);
        if (active + recent + idle <= 400) assert.equal(idleMs, 60_000);
      }),
    );
  });

  it("stretches everything when what is charged would not last", () => {
    const tiers = { active: 10, recent: 10, idle: 10 };
    const room = { usable: 300, untilResetMs: 30 * 60_000, chargedPerMinute: 20 };
    assert.deepEqual(planIntervals(tiers, options, room), { activeMs: 120_000, recentMs: 120_000, idleMs: 120_000 });
  });
});
