import assert from "node:assert/strict";

import fc from "fast-check";

import { deviceSpread } from "../../../../components/arc/device-spread";

/**
 * Nodes on which a scheduler may put the next pod under the constraint, by the words of its documentation: the skew of a node is its
 * number of matching pods minus the least number on any eligible node, or minus 0 when fewer nodes than `minDomains` are eligible.
 */
function allowed(counts: readonly number[], eligible: readonly boolean[], pool: string, nodes: number): number[] {
  const [constraint] = deviceSpread(pool, nodes);
  assert.ok(constraint?.minDomains !== undefined);
  const candidates = counts.map((_, node) => node).filter((node) => eligible[node]);
  const least =
    candidates.length < constraint.minDomains ? 0 : Math.min(...candidates.map((node) => counts[node] ?? 0));
  return candidates.filter((node) => (counts[node] ?? 0) + 1 - least <= constraint.maxSkew);
}

describe("deviceSpread", () => {
  it("never puts more runners on a node than its devices can serve, whatever starts, ends and fails when", () => {
    const nodes = fc.integer({ min: 1, max: 5 });
    const steps = fc.array(
      fc.record({
        action: fc.constantFrom("start" as const, "start" as const, "end" as const, "cordon" as const),
        pick: fc.nat(),
      }),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(nodes, fc.integer({ min: 1, max: 4 }), steps, (count, perNode, actions) => {
        const runners = new Array<number>(count).fill(0);
        const eligible = new Array<boolean>(count).fill(true);
        for (const { action, pick } of actions) {
          const node = pick % count;
          const total = runners.reduce((sum, own) => sum + own, 0);
          if (action === "cordon") eligible[node] = !eligible[node];
          if (action === "end" && (runners[node] ?? 0) > 0) runners[node] = (runners[node] ?? 0) - 1;
          if (action === "start" && total < count * perNode) {
            const places = allowed(runners, eligible, "gpu", count);
            const place = places[pick % Math.max(1, places.length)];
            if (place !== undefined) runners[place] = (runners[place] ?? 0) + 1;
          }
          assert.ok(Math.max(...runners) <= perNode, `runners ${runners.join(" ")} with ${perNode} places a node`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("lets a pool be filled when all its nodes are there", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), (count, perNode) => {
        const runners = new Array<number>(count).fill(0);
        for (let started = 0; started < count * perNode; started += 1) {
          const [place] = allowed(runners, new Array<boolean>(count).fill(true), "gpu", count);
          assert.ok(place !== undefined, `no place for runner ${started + 1} of ${count * perNode}`);
          runners[place] = (runners[place] ?? 0) + 1;
        }
        assert.deepEqual(runners, new Array<number>(count).fill(perNode));
      }),
    );
  });
});
