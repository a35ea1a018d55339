import assert from "node:assert/strict";

import { CommandFailed, lastLines, run } from "../../../../sandbox/tools/run";
import { shellScript, temporaryFolder } from "../../../support/temporary";

/** The error of a command that must fail. */
async function failure(command: Promise<unknown>): Promise<CommandFailed> {
  try {
    await command;
  } catch (error) {
    assert.ok(error instanceof CommandFailed);
    return error;
  }
  throw new Error("the command succeeded");
}

describe("run", () => {
  const folder = temporaryFolder();

  it("gives what the command printed", async () => {
    const path = shellScript(folder(), "talk", "echo out", "echo err >&2");
    assert.deepEqual(await run(path, []), { stdout: "out\n", stderr: "err\n" });
  });

  it("passes arguments as they are, without a shell", async () => {
    const path = shellScript(folder(), "arguments", 'printf "%s|" "$@"');
    const { stdout } = await run(path, ["$HOME", "a b", "`id`", "*"]);
    assert.equal(stdout, "$HOME|a b|`id`|*|");
  });

  it("hands over input", async () => {
    assert.equal((await run(shellScript(folder(), "echo-input", "cat"), [], { input: "text" })).stdout, "text");
  });

  it("says code, command and the end of stderr of a command that fails", async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `echo line ${index} >&2`);
    const path = shellScript(folder(), "fail", "echo partly", ...lines, "exit 7");
    const error = await failure(run(path, ["--now"]));
    assert.equal(error.code, 7);
    assert.equal(error.command, `${path} --now`);
    assert.equal(error.stdout, "partly\n");
    assert.equal(error.stderr.split("\n").length, 31);
    const [first, ...rest] = error.message.split("\n");
    assert.equal(first, `${path} --now failed (7):`);
    assert.deepEqual(
      rest,
      Array.from({ length: 15 }, (_, index) => `line ${15 + index}`),
    );
  });

  it("names a program that does not exist", async () => {
    const error = await failure(run("/nowhere/tool", []));
    assert.equal(error.code, "ENOENT");
    assert.match(error.message, /^\/nowhere\/tool failed \(ENOENT\):\nspawn \/nowhere\/tool ENOENT$/);
  });

  it("says that a command was killed", async () => {
    const error = await failure(run("sleep", ["30"], { timeout: 50 }));
    assert.match(error.message, /^sleep 30 failed \(killed\)/);
  });

  it("tells a failure as such when the command left its input unread", async () => {
    const error = await failure(
      run(shellScript(folder(), "deaf", "exec <&-", "echo refused >&2", "exit 3"), [], {
        input: "x".repeat(4_000_000),
      }),
    );
    assert.equal(error.code, 3);
    assert.equal(error.stderr, "refused\n");
  });
});

describe("lastLines", () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ["a\nb\nc", 2, "b\nc"],
    ["a\n\n  \nb\n\n", 2, "a\nb"],
    ["a", 5, "a"],
    ["", 5, ""],
  ];
  for (const [text, count, expected] of cases) {
    it(`gives ${JSON.stringify(expected)} as the last ${count} of ${JSON.stringify(text)}`, () => {
      assert.equal(lastLines(text, count), expected);
    });
  }
});
