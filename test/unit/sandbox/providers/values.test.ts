import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Json } from "../../../../sandbox/providers/kubernetes/json.js";
import {
  containsSecret,
  containsUnknown,
  decode,
  decodeValue,
  encode,
  encodeValue,
  isSecret,
  markLike,
  reveal,
  secret,
  SIGNATURE_KEY,
  UNKNOWN,
  type PropertyMap,
  type PropertyValue,
} from "../../../../sandbox/providers/shared/values.js";

const key = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== "__proto__");
const { value, map } = fc.letrec<{ value: PropertyValue; map: PropertyMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.constant(UNKNOWN),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("value").map(secret),
    tie("map"),
  ),
  map: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
}));

describe("property values", () => {
  it("survive the way to the engine and back", () => {
    fc.assert(fc.property(map, (input) => assert.deepEqual(decode(encode(input)), input)));
  });

  it("hold no secret once revealed", () => {
    fc.assert(
      fc.property(value, (input) => {
        assert.equal(containsSecret(reveal(input) as PropertyValue), false);
        assert.equal(containsUnknown(reveal(input) as PropertyValue), containsUnknown(input));
      }),
    );
  });

  it("keep their content and gain exactly their own marks when marked like themselves", () => {
    fc.assert(
      fc.property(map, (input) => {
        const marked = markLike(reveal(input), input);
        assert.deepEqual(reveal(marked), reveal(input));
        assert.equal(containsSecret(marked), containsSecret(input));
      }),
    );
  });

  it("reads outputs as values, unknown if they have none", () => {
    const output = (more: Record<string, Json>) => ({ [SIGNATURE_KEY]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...more });
    assert.equal(decodeValue(output({ value: "x" })), "x");
    assert.equal(decodeValue(output({})), UNKNOWN);
    assert.deepEqual(decodeValue(output({ value: "x", secret: true })), secret("x"));
  });

  it("writes a secret as the engine knows it", () => {
    assert.deepEqual(encodeValue(secret("x")), { [SIGNATURE_KEY]: "1b47061264138c4ac30d75fd1eb44270", value: "x" });
  });

  it("marks a list as a whole when its length changed", () => {
    const marked = markLike({ list: ["a", "b"] }, { list: [secret("a")] }) as PropertyMap;
    assert(isSecret(marked.list));
  });

  it("marks items of a list of the same length one by one", () => {
    assert.deepEqual(markLike(["a", "b"], [secret("x"), "y"]), [secret("a"), "b"]);
  });

  it("recognises unknowns of every type", () => {
    assert(containsUnknown({ a: [{ b: secret("dd056dcd-154b-4c76-9bd3-c8f88648b5ff") }] }));
    assert.equal(containsUnknown({ a: "dd056dcd" }), false);
  });
});
