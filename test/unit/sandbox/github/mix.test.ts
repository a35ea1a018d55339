import assert from "node:assert/strict";
import fc from "fast-check";
import { allocate, planBurst, planMix } from "../../../../sandbox/github/mix";

const seven = [
  "runner-base",
  "runner-cpu",
  "runner-cpu-largememory",
  "runner-fpga",
  "runner-gpu",
  "runner-highcpu",
  "runner-hybrid",
];
const options = fc.record({
  scaleSets: fc.uniqueArray(fc.constantFrom(...seven, "team-a", "team-b"), { minLength: 1 }),
  count: fc.integer({ min: 1, max: 400 }),
  minutes: fc.double({ min: 0.1, max: 60, noNaN: true }),
  seed: fc.nat(),
});

describe("a mix of jobs", () => {
  it("gives most jobs to the general set and few to devices", () => {
    assert.deepEqual(Object.fromEntries(allocate(seven, 100)), {
      "runner-base": 16,
      "runner-cpu": 38,
      "runner-cpu-largememory": 12,
      "runner-fpga": 5,
      "runner-gpu": 7,
      "runner-highcpu": 12,
      "runner-hybrid": 10,
    });
  });

  it("shares out every job, and forgets no set as long as there are enough", () => {
    fc.assert(
      fc.property(options, ({ scaleSets, count }) => {
        const shares = [...allocate(scaleSets, count).values()];
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0),
          count,
        );
        assert.equal(shares.length, scaleSets.length);
        if (count >= scaleSets.length) assert.ok(Math.min(...shares) >= 1);
      }),
    );
  });

  it("has its jobs in order, within the time given, each a few seconds long", () => {
    fc.assert(
      fc.property(options, (given) => {
        const plan = planMix(given);
        assert.equal(plan.length, given.count);
        for (const [index, { scaleSet, atSeconds, seconds }] of plan.entries()) {
          assert.ok(given.scaleSets.includes(scaleSet));
          assert.ok(atSeconds >= (plan[index - 1]?.atSeconds ?? 0) && atSeconds <= given.minutes * 60);
          assert.ok(seconds >= 1 && seconds <= 20);
        }
      }),
    );
  });

  it("is the same for the same seed, in whatever order the sets are named, and another for another seed", () => {
    const plan = planMix({ scaleSets: seven, count: 100, minutes: 8, seed: 1 });
    assert.deepEqual(planMix({ scaleSets: [...seven].reverse(), count: 100, minutes: 8, seed: 1 }), plan);
    assert.notDeepEqual(planMix({ scaleSets: seven, count: 100, minutes: 8, seed: 2 }), plan);
  });

  it("comes from several repositories and workflows, from pushes to main and from pull requests of other branches", () => {
    const sources = planMix({ scaleSets: seven, count: 200, minutes: 8, seed: 1 }).map(({ source }) => source);
    assert.equal(new Set(sources.map((source) => `${source?.repository} ${source?.workflow}`)).size, 6);
    for (const source of sources) assert.equal(source?.event === "push", source?.branch === "main");
    const pushes = sources.filter((source) => source?.event === "push").length;
    assert.ok(pushes > 50 && pushes < 110, `${pushes} of 200 are pushes`);
  });

  it("has lengths that look log-normal: the median is about 3 s, and the mean lies above it", () => {
    const lengths = planMix({ scaleSets: seven, count: 2000, minutes: 8, seed: 7 })
      .map(({ seconds }) => seconds)
      .sort((left, right) => left - right);
    const median = lengths[1000] ?? 0;
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    assert.ok(median > 2.7 && median < 3.3, String(median));
    assert.ok(mean > 3.2 && mean < 4.2, String(mean));
  });
});

describe("a burst of jobs", () => {
  it("has all jobs of all sets at once", () => {
    const counts = new Map([
      ["runner-cpu", 2],
      ["runner-gpu", 1],
    ]);
    assert.deepEqual(planBurst(counts, 3), [
      { scaleSet: "runner-cpu", atSeconds: 0, seconds: 3 },
      { scaleSet: "runner-cpu", atSeconds: 0, seconds: 3 },
      { scaleSet: "runner-gpu", atSeconds: 0, seconds: 3 },
    ]);
  });
});
