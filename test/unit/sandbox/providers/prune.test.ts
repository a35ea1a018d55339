import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Json, JsonObject, KubernetesObject } from "../../../../sandbox/providers/kubernetes/json.js";
import { pruneToInputs, sameQuantity } from "../../../../sandbox/providers/kubernetes/prune.js";

function object(fields: JsonObject, metadata: JsonObject = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "Thing", ...fields, metadata: { name: "x", ...metadata } };
}

function prunedField(live: Json | undefined, old: Json): Json | undefined {
  return pruneToInputs(object({ field: live }), object({ field: old })).field;
}

describe("pruneToInputs", () => {
  it("drops what the program did not set", () => {
    const live = object({ spec: { replicas: 1, paused: false }, status: { x: 1 } }, { uid: "u", labels: { a: "1" } });
    assert.deepEqual(pruneToInputs(live, object({ spec: { replicas: 1 } })), object({ spec: { replicas: 1 } }));
  });

  it("shows changed values and fields that went away", () => {
    assert.deepEqual(prunedField({ a: "2" }, { a: "1", b: "x" }), { a: "2" });
  });

  it("keeps the program's spelling of equal quantities", () => {
    assert.deepEqual(prunedField({ cpu: "1", memory: "1Gi" }, { cpu: "1000m", memory: "1024Mi" }), {
      cpu: "1000m",
      memory: "1024Mi",
    });
    assert.deepEqual(prunedField({ cpu: "2" }, { cpu: "1000m" }), { cpu: "2" });
  });

  it("takes the absence of empty values for no drift", () => {
    assert.deepEqual(prunedField({}, { a: "", b: [], c: {}, d: false, e: 0 }), { a: "", b: [], c: {}, d: false, e: 0 });
  });

  it("compares named items by name and leaves out those of others", () => {
    const live = [{ name: "injected" }, { name: "main", image: "b", extra: 1 }];
    assert.deepEqual(prunedField(live, [{ name: "main", image: "a" }]), [{ name: "main", image: "b" }]);
  });

  it("shows additional items of a plain list", () => {
    assert.deepEqual(prunedField(["a", "b"], ["a"]), ["a", "b"]);
  });

  it("ignores finalizers of controllers", () => {
    const live = object({}, { finalizers: ["mine", "controller"] });
    const old = object({}, { finalizers: ["mine"] });
    assert.deepEqual(pruneToInputs(live, old), old);
  });

  it("reads stringData back from data", () => {
    const secret = (fields: JsonObject): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Secret",
      ...fields,
      metadata: { name: "x" },
    });
    const live = secret({ data: { a: Buffer.from("new").toString("base64"), other: "eA==" } });
    assert.deepEqual(pruneToInputs(live, secret({ stringData: { a: "old" } })).stringData, { a: "new" });
  });

  it("finds no drift in an object that is as the inputs say, whatever the API server added", () => {
    const { inputs } = fc.letrec<{ inputs: JsonObject; value: Json }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string()), tie("inputs")),
      inputs: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    }));
    const withDefaults = (value: Json): Json =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? {
            ...Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withDefaults(item ?? null)])),
            UPPER: "default",
          }
        : value;
    fc.assert(
      fc.property(inputs, (spec) => {
        const old = object({ spec });
        assert.deepEqual(pruneToInputs(object({ spec: withDefaults(spec) }), old), old);
      }),
    );
  });
});

describe("sameQuantity", () => {
  const equal: [Json, Json][] = [
    ["1", "1000m"],
    ["1Ki", "1024"],
    [2, "2"],
    ["0.5", "500m"],
    ["1G", "1000M"],
  ];
  for (const [left, right] of equal) {
    it(`equates ${JSON.stringify(left)} and ${JSON.stringify(right)}`, () => assert(sameQuantity(left, right)));
  }
  it("tells words and other numbers apart", () => {
    assert.equal(sameQuantity("a", "a1"), false);
    assert.equal(sameQuantity("1", "2"), false);
    assert.equal(sameQuantity("1Gi", "1G"), false);
  });
});
