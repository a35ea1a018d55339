import assert from "node:assert/strict";

import fc from "fast-check";

import { durationSeconds } from "../../../components/go-duration";

describe("durationSeconds", () => {
  const cases = [
    ["2160h", 7_776_000],
    ["1h30m", 5400],
    ["90m", 5400],
    ["1h0m5s", 3605],
    ["0s", 0],
    ["", undefined],
    ["90d", undefined],
    ["1.5h", undefined],
    ["30m1h", undefined],
    ["1h ", undefined],
    ["-1h", undefined],
  ] as const;
  for (const [text, seconds] of cases) {
    it(`reads ${JSON.stringify(text)} as ${String(seconds)}`, () => {
      assert.equal(durationSeconds(text), seconds);
    });
  }

  it("adds up hours, minutes and seconds", () => {
    fc.assert(
      fc.property(fc.nat(90_000), fc.nat(90), fc.nat(90), (h, m, s) => {
        assert.equal(durationSeconds(`${h}h${m}m${s}s`), h * 3600 + m * 60 + s);
      }),
    );
  });
});
