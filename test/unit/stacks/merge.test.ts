import assert from "node:assert/strict";

import fc from "fast-check";

import { deepFreeze, isObject, merge } from "../../../stacks/merge";
import { editDistance, joinPath, nearestName, show } from "../../../stacks/problems";

const documents = fc
  .dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }))
  .map((document) => JSON.parse(JSON.stringify(document)) as Record<string, unknown>);

/** Whether a document holds null as the value of a key; such a value asks for removal. */
function hasNull(value: unknown): boolean {
  return isObject(value) && Object.values(value).some((inner) => inner === null || hasNull(inner));
}

describe("merge", () => {
  const cases: readonly (readonly [string, unknown, unknown, unknown])[] = [
    ["keys of both", { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ["nested keys of both", { a: { x: 1 } }, { a: { y: 2 } }, { a: { x: 1, y: 2 } }],
    ["the upper list whole", { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ["the upper map over a text", { a: "x" }, { a: { b: 1 } }, { a: { b: 1 } }],
    ["nothing where the upper is null", { a: { x: 1, y: 2 } }, { a: { x: null } }, { a: { y: 2 } }],
    ["the lower where the upper is undefined", { a: 1 }, { a: undefined }, { a: 1 }],
  ];
  for (const [title, lower, upper, expected] of cases) {
    it(`keeps ${title}`, () => {
      assert.deepEqual(merge(lower, upper), expected);
    });
  }

  it("changes nothing when merged again, and leaves both arguments alone", () => {
    fc.assert(
      fc.property(documents, documents, (lower, upper) => {
        const once = merge(deepFreeze(structuredClone(lower)), deepFreeze(structuredClone(upper)));
        assert.deepEqual(merge(once, upper), once);
      }),
    );
  });

  it("gives a document without removals when laid over nothing", () => {
    fc.assert(
      fc.property(
        documents.filter((document) => !hasNull(document)),
        (document) => {
          assert.deepEqual(merge(undefined, document), document);
        },
      ),
    );
  });
});

describe("nearestName", () => {
  it("suggests a close name and no distant one", () => {
    const known = ["replicas", "version", "runner"];
    assert.equal(nearestName("Replica", known), "replicas");
    assert.equal(nearestName("verison", known), "version");
    assert.equal(nearestName("something", known), undefined);
    assert.equal(nearestName("x", []), undefined);
  });

  it("measures distance as a metric does", () => {
    const words = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(words, words, words, (a, b, c) => {
        assert.equal(editDistance(a, b) === 0, a === b);
        assert.equal(editDistance(a, b), editDistance(b, a));
        assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});

describe("messages", () => {
  it("join paths so that odd keys stay readable", () => {
    assert.equal(joinPath("scaleSets", "runner-base", "labels", 0), "scaleSets.runner-base.labels.0");
    assert.equal(joinPath("scaleSets", "a.b", "x"), 'scaleSets["a.b"].x');
  });

  const shown: readonly (readonly [string, unknown, string])[] = [
    ["a.b", undefined, "not set"],
    ["a.b", "x".repeat(100), `given "${"x".repeat(76)}...`],
    ["a.token", "visible?", "given [hidden]"],
    ["a.b", "ghs_abcDEF123", 'given "[hidden]"'],
    ["a.b", "github_pat_11A_b", 'given "[hidden]"'],
    ["a.b", "http://user:word@host/x", 'given "http://[hidden]@host/x"'],
    ["a.b", "-----BEGIN PRIVATE KEY-----\nMII", 'given "[hidden]'],
  ];
  for (const [path, value, expected] of shown) {
    it(`show ${String(value).slice(0, 40)} at ${path} as ${expected.slice(0, 30)}`, () => {
      assert.equal(show(path, value), expected);
    });
  }
});
