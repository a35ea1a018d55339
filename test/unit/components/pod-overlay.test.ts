import assert from "node:assert/strict";

import fc from "fast-check";

import { dindPodTemplate } from "../../../components/arc/dind-pod";
import type { PodTemplate } from "../../../components/pod";
import { overlayPod, type PodTemplateOverlay } from "../../../components/pod-overlay";
import { deepFreeze } from "../../../stacks/merge";
import { dindPodArgs } from "../../support/fixtures";

const computed = deepFreeze(dindPodTemplate({ ...dindPodArgs, form: "container" }));

/** What a field of the spec becomes when something is laid over it. */
function laid(lower: unknown, upper: unknown): unknown {
  const template = { metadata: {}, spec: { field: lower } } as unknown as PodTemplate;
  return Reflect.get(overlayPod(template, { spec: { field: upper } }).spec, "field");
}

describe("overlayPod", () => {
  const cases: readonly (readonly [string, unknown, unknown, unknown])[] = [
    ["replaces a value", 1, 2, 2],
    ["merges maps key by key", { a: 1, b: { c: 1 } }, { b: { d: 2 } }, { a: 1, b: { c: 1, d: 2 } }],
    ["takes a value away with null", { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ["takes a whole field away with null", { a: 1 }, null, undefined],
    ["takes nothing away with null where nothing is", { b: 2 }, { a: { c: null } }, { b: 2, a: {} }],
    ["lets undefined change nothing", { a: 1 }, { a: undefined }, { a: 1 }],
    ["puts a map in the place of a value", 1, { a: 1 }, { a: 1 }],
    ["puts a value in the place of a map", { a: 1 }, "x", "x"],
    [
      "keeps false, zero and empty texts",
      { a: true, b: 1, c: "x" },
      { a: false, b: 0, c: "" },
      { a: false, b: 0, c: "" },
    ],
    ["replaces lists of plain values", ["a", "b"], ["c"], ["c"]],
    ["empties a list", [{ name: "a" }], [], []],
    ["makes a list where there is none", undefined, [{ name: "a" }], [{ name: "a" }]],
    [
      "merges containers by name and keeps their order",
      [
        { name: "a", image: "i" },
        { name: "b", image: "i" },
      ],
      [
        { name: "c", image: "k" },
        { name: "a", image: "j" },
      ],
      [
        { name: "a", image: "j" },
        { name: "b", image: "i" },
        { name: "c", image: "k" },
      ],
    ],
    [
      "merges environment variables by name",
      [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
      [
        { name: "B", value: "3" },
        { name: "C", value: "4" },
      ],
      [
        { name: "A", value: "1" },
        { name: "B", value: "3" },
        { name: "C", value: "4" },
      ],
    ],
    [
      "changes the source of a variable when null takes its value away",
      [{ name: "A", value: "1" }],
      [{ name: "A", value: null, valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
      [{ name: "A", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
    ],
    [
      "merges mounts by path, not by the name of the volume, which may be mounted twice",
      [
        { name: "work", mountPath: "/a" },
        { name: "work", mountPath: "/b" },
      ],
      [
        { name: "work", mountPath: "/b", readOnly: true },
        { name: "work", mountPath: "/c" },
      ],
      [
        { name: "work", mountPath: "/a" },
        { name: "work", mountPath: "/b", readOnly: true },
        { name: "work", mountPath: "/c" },
      ],
    ],
    [
      "mounts another volume at a path",
      [{ name: "work", mountPath: "/a" }],
      [{ name: "other", mountPath: "/a" }],
      [{ name: "other", mountPath: "/a" }],
    ],
    [
      "merges devices by path, not by the name of the claim",
      [{ name: "disk", devicePath: "/dev/a" }],
      [{ name: "disk", devicePath: "/dev/b" }],
      [
        { name: "disk", devicePath: "/dev/a" },
        { name: "disk", devicePath: "/dev/b" },
      ],
    ],
    ["replaces ports without names", [{ containerPort: 80 }], [{ containerPort: 81 }], [{ containerPort: 81 }]],
    [
      "replaces a list of which one item has no name",
      [{ name: "http", containerPort: 80 }],
      [{ name: "http", containerPort: 81 }, { containerPort: 82 }],
      [{ name: "http", containerPort: 81 }, { containerPort: 82 }],
    ],
    ["replaces tolerations", [{ key: "a" }], [{ key: "b" }], [{ key: "b" }]],
    [
      "keeps an item that is given twice, for the API server to judge",
      [{ name: "a", image: "i" }],
      [{ name: "a" }, { name: "a", image: "j" }],
      [
        { name: "a", image: "i" },
        { name: "a", image: "j" },
      ],
    ],
    ["drops nulls inside new named items", [], [{ name: "a", value: null }], [{ name: "a" }]],
    ["drops nulls inside items of replaced lists", [{ key: "a" }], [{ key: "b", value: null }], [{ key: "b" }]],
  ];
  for (const [title, lower, upper, expected] of cases) {
    it(title, () => {
      assert.deepEqual(laid(deepFreeze(lower), deepFreeze(upper)), expected);
    });
  }

  it("gives the computed template itself when there is nothing to lay over it", () => {
    assert.equal(overlayPod(computed, undefined), computed);
    assert.deepEqual(overlayPod(computed, {}), computed);
  });

  it("adds a variable and a mounted volume to the runner, and nothing to anything else", () => {
    const { metadata, spec } = overlayPod(computed, {
      metadata: { annotations: { team: "ci" } },
      spec: {
        containers: [
          {
            name: "runner",
            env: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }],
            volumeMounts: [{ name: "models", mountPath: "/models", readOnly: true }],
          },
        ],
        volumes: [{ name: "models", persistentVolumeClaim: { claimName: "models" } }],
      },
    });
    const [runner, dind] = computed.spec.containers;
    assert.deepEqual(metadata, { annotations: { ...computed.metadata.annotations, team: "ci" } });
    assert.deepEqual(spec, {
      ...computed.spec,
      containers: [
        {
          ...runner,
          env: [...(runner?.env ?? []), { name: "HTTPS_PROXY", value: "http://proxy:3128" }],
          volumeMounts: [...(runner?.volumeMounts ?? []), { name: "models", mountPath: "/models", readOnly: true }],
        },
        dind,
      ],
      volumes: [...computed.spec.volumes, { name: "models", persistentVolumeClaim: { claimName: "models" } }],
    });
  });

  it("takes a key named __proto__ for a key", () => {
    const overlay = JSON.parse('{"spec":{"__proto__":{"polluted":true}}}') as PodTemplateOverlay;
    assert.ok(Object.hasOwn(overlayPod(computed, overlay).spec, "__proto__"));
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });
});

const keys = ["name", "mountPath", "containerPort", "containers", "env", "a", "__proto__"];
const { tree } = fc.letrec<{ tree: unknown; fields: unknown; list: unknown }>((tie) => ({
  tree: fc.oneof({ depthSize: "small" }, fc.constantFrom(null, true, 0, "x", "y"), tie("fields"), tie("list")),
  fields: fc.dictionary(fc.constantFrom(...keys), tie("tree"), { maxKeys: 4 }),
  list: fc.oneof(
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.array(
      fc.record({ name: fc.constantFrom("x", "y"), value: tie("tree"), env: tie("list") }, { requiredKeys: ["name"] }),
      { maxLength: 3 },
    ),
    fc.array(
      fc.record(
        { name: fc.constantFrom("x", "y"), mountPath: fc.constantFrom("/x", "/y"), a: tie("tree") },
        { requiredKeys: ["name", "mountPath"] },
      ),
      { maxLength: 3 },
    ),
  ),
}));
const fields = fc.dictionary(fc.constantFrom(...keys), tree, { maxKeys: 4 });
const overlay = fc.record({ metadata: fields, spec: fields }, { requiredKeys: [] });
const template = fc.record({ metadata: fields, spec: fields }).map((value) => value as unknown as PodTemplate);

describe("overlayPod, whatever is given", () => {
  it("gives the same when the same overlay is laid twice", () => {
    fc.assert(
      fc.property(template, overlay, (lower, upper) => {
        const once = overlayPod(lower, upper);
        assert.deepEqual(overlayPod(once, upper), once);
      }),
      { numRuns: 2000 },
    );
  });

  it("alters neither argument", () => {
    fc.assert(
      fc.property(template, overlay, (lower, upper) => {
        const before = JSON.stringify([lower, upper]);
        overlayPod(lower, upper);
        assert.equal(JSON.stringify([lower, upper]), before);
      }),
    );
  });

  it("keeps everything that the overlay does not name", () => {
    fc.assert(
      fc.property(template, overlay, (lower, upper) => {
        const { spec } = overlayPod(lower, upper);
        for (const [key, value] of Object.entries(lower.spec)) {
          if (!Object.hasOwn(upper.spec ?? {}, key)) assert.deepEqual(Reflect.get(spec, key), value);
        }
      }),
    );
  });

  it("leaves no null in a map that the overlay alone made", () => {
    fc.assert(
      fc.property(overlay, (upper) => {
        const { spec } = overlayPod({ metadata: {}, spec: {} } as unknown as PodTemplate, upper);
        assert.ok(!hasNullField(spec));
      }),
    );
  });
});

function hasNullField(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasNullField);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((inner) => inner === null || hasNullField(inner));
}
