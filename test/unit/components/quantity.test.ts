import assert from "node:assert/strict";

import fc from "fast-check";

import { formatQuantity, parseQuantity, quantity } from "../../../components/quantity";

describe("parseQuantity", () => {
  const cases: readonly (readonly [string, bigint | undefined])[] = [
    ["0", 0n],
    ["1", 1000n],
    ["250m", 250n],
    ["1.5", 1500n],
    ["0.0005", 1n],
    ["1k", 1_000_000n],
    ["1Ki", 1_024_000n],
    ["1.5Gi", 1_610_612_736_000n],
    ["2e3", 2_000_000n],
    ["2E", 2_000_000_000_000_000_000_000n],
    ["", undefined],
    ["-1", undefined],
    ["1 Gi", undefined],
    ["1gi", undefined],
    ["Gi", undefined],
    [".5", undefined],
    ["1e999", undefined],
  ];
  for (const [text, milli] of cases) {
    it(`reads "${text}" as ${String(milli)} thousandths`, () => {
      assert.equal(parseQuantity(text), milli);
    });
  }
});

describe("formatQuantity", () => {
  it("gives back the value it was given", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (milli) => parseQuantity(formatQuantity(milli)) === milli),
    );
  });

  for (const text of ["0", "1", "250m", "1500m", "64Mi", "10Gi", "1001"]) {
    it(`writes ${text} as people do`, () => {
      assert.equal(formatQuantity(quantity(text)), text);
    });
  }

  it("fails for what is no quantity", () => {
    assert.throws(
      () => quantity("lots"),
      new Error('"lots" is no quantity; allowed: a quantity such as "250m", "1.5", "64Mi" or "10Gi"'),
    );
  });
});
