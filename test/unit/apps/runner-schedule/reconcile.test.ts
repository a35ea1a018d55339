import assert from "node:assert/strict";

import fc from "fast-check";

import type { ScaleSet, ScaleSets } from "../../../../apps/runner-schedule/kubernetes";
import { reconcile } from "../../../../apps/runner-schedule/reconcile";
import type { ScheduledSet } from "../../../../components/arc/schedule/config";
import { limitAnnotations } from "../../../../components/arc/schedule/handover";

const set: ScheduledSet = {
  name: "runner-base",
  namespace: "runners",
  base: { minRunners: 1, maxRunners: 10 },
  windows: [
    { name: "day", start: "0 9 * * *", end: "0 18 * * *", timeZone: "UTC", minRunners: 5 },
    { name: "night", start: "0 22 * * *", end: "0 6 * * *", timeZone: "UTC", minRunners: 0, maxRunners: 2 },
  ],
};
const byDay = new Date("2026-03-02T12:00:00Z");
const inTheEvening = new Date("2026-03-02T20:00:00Z");
const atNight = new Date("2026-03-02T23:00:00Z");

interface Patch {
  readonly path: string;
  readonly body: unknown;
}

/** An API server with at most one scale set, which notes the patches it gets. */
function server(found: ScaleSet | undefined): { scaleSets: ScaleSets; patches: Patch[] } {
  const patches: Patch[] = [];
  return {
    patches,
    scaleSets: {
      get: () => Promise.resolve(found),
      patch: (namespace, name, body) => {
        patches.push({ path: `${namespace}/${name}`, body });
        if (!found) throw new Error("nothing to patch");
        return Promise.resolve(found);
      },
    },
  };
}

function found(spec: ScaleSet["spec"], changes: Partial<ScaleSet["metadata"]> = {}, phase?: string): ScaleSet {
  return {
    metadata: { resourceVersion: "42", annotations: limitAnnotations(true), ...changes },
    ...(spec && { spec }),
    ...(phase !== undefined && { status: { phase } }),
  };
}

describe("reconcile", () => {
  it("sets both limits by one patch that is bound to the version it has read", async () => {
    const { scaleSets, patches } = server(found({ minRunners: 1, maxRunners: 10 }));
    const { outcome, before } = await reconcile(set, atNight, scaleSets);
    assert.equal(outcome, "changed");
    assert.deepEqual(before, { minRunners: 1, maxRunners: 10 });
    assert.deepEqual(patches, [
      {
        path: "runners/runner-base",
        body: { metadata: { resourceVersion: "42" }, spec: { minRunners: 0, maxRunners: 2 } },
      },
    ]);
  });

  const quiet: [what: string, object: ScaleSet | undefined, now: Date, outcome: string][] = [
    ["has the window's values", found({ minRunners: 5, maxRunners: 10 }), byDay, "same"],
    ["has its own values outside of windows", found({ minRunners: 1, maxRunners: 10 }), inTheEvening, "same"],
    ["is not there", undefined, byDay, "absent"],
    ["is being deleted", found({}, { deletionTimestamp: "2026-03-02T00:00:00Z" }), byDay, "deleting"],
    ["is not marked as scheduled", found({}, { annotations: limitAnnotations(false) }), byDay, "released"],
    ["has no annotations at all", found({}, { annotations: undefined }), byDay, "released"],
  ];
  for (const [what, object, now, expected] of quiet) {
    it(`sends nothing when the set ${what}`, async () => {
      const { scaleSets, patches } = server(object);
      assert.equal((await reconcile(set, now, scaleSets)).outcome, expected);
      assert.deepEqual(patches, []);
    });
  }

  it("takes absent fields as ARC does: no idle runners, no limit", async () => {
    for (const object of [found({}), found(undefined)]) {
      const { scaleSets } = server(object);
      assert.deepEqual((await reconcile(set, byDay, scaleSets)).before, { minRunners: 0, maxRunners: 2_147_483_647 });
    }
  });

  it("reports an Outdated set, and still gives it its values", async () => {
    const { scaleSets, patches } = server(found({ minRunners: 1, maxRunners: 10 }, {}, "Outdated"));
    const { outcome, outdated } = await reconcile(set, byDay, scaleSets);
    assert.deepEqual([outcome, outdated, patches.length], ["changed", true, 1]);
  });

  it("does not swallow what the API server refuses", async () => {
    const refused: ScaleSets = {
      get: () => Promise.resolve(found({})),
      patch: () => Promise.reject(new Error("the API server answered 409")),
    };
    await assert.rejects(reconcile(set, byDay, refused), /409/);
  });

  it("sends nothing more once it has sent a patch, whatever was there before and whatever the time", async () => {
    const limit = fc.option(fc.nat(12), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(limit, limit, fc.integer({ min: 0, max: 48 * 60 }), async (minRunners, maxRunners, minutes) => {
        let current = found({
          ...(minRunners !== undefined && { minRunners }),
          ...(maxRunners !== undefined && { maxRunners }),
        });
        let sent = 0;
        const scaleSets: ScaleSets = {
          get: () => Promise.resolve(current),
          patch: (_namespace, _name, body) => {
            sent += 1;
            current = { ...current, spec: (body as ScaleSet).spec ?? {} };
            return Promise.resolve(current);
          },
        };
        const now = new Date(Date.UTC(2026, 2, 2) + minutes * 60_000);
        for (let look = 0; look < 3; look += 1) await reconcile(set, now, scaleSets);
        assert.ok(sent <= 1, `${sent} patches`);
        const { before, wanted } = await reconcile(set, now, scaleSets);
        assert.deepEqual(before, { minRunners: wanted.minRunners, maxRunners: wanted.maxRunners });
      }),
    );
  });
});
