import assert from "node:assert/strict";
import { type JobsFlags, whichJobs } from "../../../../sandbox/cli/jobs-flags";
import { UserError } from "../../../../cli/user-error";

describe("the flags of jobs", () => {
  it("mean one job of 3 s for one set, 100 jobs in 8 minutes for all, and 3 s for a burst, unless they say otherwise", () => {
    assert.deepEqual(whichJobs("runner-cpu", {}), { kind: "one", scaleSet: "runner-cpu", count: 1, seconds: 3 });
    assert.deepEqual(whichJobs("runner-cpu", { count: 5, seconds: 0 }), {
      kind: "one",
      scaleSet: "runner-cpu",
      count: 5,
      seconds: 0,
    });
    assert.deepEqual(whichJobs(undefined, { mix: true }), { kind: "mix", count: 100, minutes: 8, seed: 1 });
    assert.deepEqual(whichJobs(undefined, { mix: true, count: 50, seed: 0 }), {
      kind: "mix",
      count: 50,
      minutes: 4,
      seed: 0,
    });
    assert.deepEqual(whichJobs(undefined, { burst: "runner-cpu=40, runner-gpu=1" }), {
      kind: "burst",
      counts: new Map([
        ["runner-cpu", 40],
        ["runner-gpu", 1],
      ]),
      seconds: 3,
    });
  });

  const refused: readonly (readonly [string, string | undefined, JobsFlags, string])[] = [
    [
      "nothing",
      undefined,
      {},
      "nothing was given: name one scale set, or give --mix for all of them, or --burst for several",
    ],
    [
      "two ways at once",
      "runner-cpu",
      { mix: true },
      "a scale set and --mix was given: name one scale set, or give --mix for all of them, or --burst for several",
    ],
    [
      "flags of a mix with one set",
      "runner-cpu",
      { minutes: 1, seed: 2 },
      "--minutes, --seed cannot be given with a scale set, which knows --count, --seconds",
    ],
    [
      "a length with a mix",
      undefined,
      { mix: true, seconds: 3 },
      "--seconds cannot be given with --mix, which knows --count, --minutes, --seed",
    ],
    [
      "a count with a burst",
      undefined,
      { burst: "a=1", count: 2 },
      "--count cannot be given with --burst, which knows --seconds",
    ],
    ["no jobs", "runner-cpu", { count: 0 }, "--count is 0: give 1 or more"],
    [
      "a burst that cannot be read",
      undefined,
      { burst: "runner-cpu=40,gpu,b=0,=3" },
      '--burst has "gpu", "b=0", "=3": write SET=COUNT, several with commas between them, as runner-cpu=40,runner-gpu=1',
    ],
    ["a set twice", undefined, { burst: "a=1,a=2" }, '--burst names "a" twice: give each set once'],
  ];
  for (const [what, scaleSet, flags, message] of refused) {
    it(`refuse ${what}`, () => {
      assert.throws(() => whichJobs(scaleSet, flags), new UserError(message));
    });
  }
});
