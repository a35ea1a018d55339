import assert from "node:assert/strict";
import { ManualClock } from "../../../../../sandbox/github/actions/clock";
import { tokenCredential, installationCredential } from "../../../../../sandbox/github/actions/credentials";
import { installationBudget, RateLimits, type LimitOptions } from "../../../../../sandbox/github/actions/limits";

const user = tokenCredential("one");

function start(options: LimitOptions, repositories = 0) {
  const clock = new ManualClock();
  const limits = new RateLimits(
    options,
    () => clock.now(),
    () => repositories,
  );
  /** A whole request; gives why it was refused. */
  const request = (credential = user) => {
    const refusal = limits.enter(credential);
    if (!refusal) limits.charge(credential);
    limits.leave(credential, refusal);
    return refusal;
  };
  return { clock, limits, request };
}

describe("the rate limits", () => {
  it("refuse once the hour's requests are used up, until the hour is over", () => {
    const { clock, limits, request } = start({ tokenPerHour: 3 });
    const reset = Math.ceil((clock.now() + 3_600_000) / 1000);
    assert.deepEqual([request(), request(), request()], [undefined, undefined, undefined]);
    assert.deepEqual(limits.overview(user), { limit: 3, used: 3, remaining: 0, reset });
    const refusal = request(tokenCredential("another token of the same user"));
    assert.deepEqual([refusal?.limited, refusal?.status, refusal?.early], ["primary", 403, true]);
    assert.equal(refusal?.headers["X-RateLimit-Remaining"], "0");
    assert.equal(request(installationCredential(1, "app")), undefined);
    clock.advance(3_600_000);
    assert.equal(request(), undefined);
    assert.equal(limits.overview(user).used, 1);
  });

  it("refuse what exceeds the points of a minute, and blame only those who were told to wait", () => {
    const { clock, request } = start({ pointsPerMinute: 2, refusal: 429 });
    request();
    request();
    const first = request();
    assert.deepEqual([first?.limited, first?.status, first?.early], ["points", 429, false]);
    assert.equal(first?.headers["Retry-After"], "60");
    clock.advance(59_000);
    assert.equal(request()?.early, true);
    // Each attempt makes it longer.
    clock.advance(59_000);
    assert.equal(request()?.early, true);
    clock.advance(60_001);
    assert.equal(request(), undefined);
  });

  it("refuse too many at once, and may keep to themselves for how long", () => {
    const { limits } = start({ concurrent: 2, retryAfterSeconds: null });
    assert.deepEqual([limits.enter(user), limits.enter(user)], [undefined, undefined]);
    const third = limits.enter(user);
    assert.deepEqual([third?.limited, third?.early, third?.headers["Retry-After"]], ["concurrency", false, undefined]);
  });

  it("count answers that were not charged for the minute, not for the hour", () => {
    const { limits } = start({});
    limits.leave(user, limits.enter(user));
    assert.deepEqual([limits.points(user), limits.overview(user).used], [1, 0]);
  });

  it("give an installation more with more repositories, as GitHub does", () => {
    const table = [0, 20, 21, 100, 170, 5000].map((repositories) => [repositories, installationBudget(repositories)]);
    const wanted = [
      [0, 5000],
      [20, 5000],
      [21, 5050],
      [100, 9000],
      [170, 12_500],
      [5000, 12_500],
    ];
    assert.deepEqual(table, wanted);
    const { limits } = start({}, 100);
    assert.equal(limits.overview(installationCredential(1, "x")).limit, 9000);
    assert.equal(limits.overview(user).limit, 5000);
  });
});
