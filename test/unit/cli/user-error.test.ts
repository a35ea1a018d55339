import assert from "node:assert/strict";

import { explain, UserError } from "../../../cli/user-error";

describe("explain", () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["an error's message", new Error("boom"), "boom"],
    [
      "the messages of all causes",
      new UserError("cannot start", { cause: new Error("etcd failed", { cause: new Error("disk full") }) }),
      "cannot start\n  because: etcd failed\n  because: disk full",
    ],
    [
      "a cause once that the message repeats",
      new Error("failed: disk full", { cause: new Error("disk full") }),
      "failed: disk full",
    ],
    ["a cause that is a text", new Error("boom", { cause: "no reason" }), "boom\n  because: no reason"],
    ["a text", "boom", "boom"],
    ["a cause that is an object", new Error("boom", { cause: { code: 7 } }), "boom\n  because: { code: 7 }"],
    ["nothing", undefined, ""],
  ];
  for (const [title, error, expected] of cases) {
    it(`gives ${title}`, () => {
      assert.equal(explain(error), expected);
    });
  }
});

describe("UserError", () => {
  it("keeps its cause and is told apart by its class and name", () => {
    const cause = new Error("why");
    const error = new UserError("what", { cause });
    assert.ok(error instanceof UserError);
    assert.deepEqual([error.name, error.message, error.cause], ["UserError", "what", cause]);
  });
});
