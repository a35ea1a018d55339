import assert from "node:assert/strict";

import fc from "fast-check";
import { parse } from "yaml";

import { hookTemplateYaml, plainYaml } from "../../../../../components/arc/hooks/hook-template-yaml";
import { goodTemplate } from "./hook-fixtures";

const texts = fc.oneof(
  fc.string(),
  fc.constantFrom(
    "on",
    "no",
    "1e3",
    "0o17",
    "0x1F",
    "1_000",
    "2026-01-01",
    "12:30:45",
    "~",
    "null",
    "<<",
    "=",
    "$job",
    "a: b",
    "- a",
    "#",
  ),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, texts, fc.integer(), fc.boolean(), tie("list"), tie("map")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  map: fc.dictionary(texts, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

describe("plainYaml", () => {
  it("is read back as it was, whichever version of YAML the reader knows", () => {
    fc.assert(
      fc.property(values.map, (map) => {
        const text = plainYaml(map);
        assert.deepEqual(parse(text), map);
        assert.deepEqual(parse(text, { version: "1.1", merge: false }), map);
      }),
    );
  });

  it("is the same text for the same value, whatever the order of keys", () => {
    fc.assert(
      fc.property(values.map, (map) => {
        const turned = Object.fromEntries(Object.entries(map as object).reverse());
        assert.equal(plainYaml(turned), plainYaml(map as object));
      }),
    );
  });

  it("repeats what occurs twice, because readers need not know references", () => {
    const twice = { b: "x" };
    assert.equal(plainYaml({ one: twice, two: twice }), "one:\n  b: x\ntwo:\n  b: x\n");
  });
});

describe("hookTemplateYaml", () => {
  it("is easy to read, with names first", () => {
    assert.equal(
      hookTemplateYaml(goodTemplate).split("\n").slice(0, 22).join("\n"),
      `metadata:
  annotations:
    note: x
  labels:
    team: ml
spec:
  automountServiceAccountToken: false
  containers:
    - name: "$job"
      env:
        - name: CCACHE_DIR
          value: /mnt/cache/ccache
      resources:
        limits:
          memory: "16Gi"
          nvidia.com/gpu: "1"
        requests:
          cpu: "2"
          memory: "8Gi"
          nvidia.com/gpu: "1"
      volumeMounts:
        - name: ccache-cache`,
    );
  });
});
