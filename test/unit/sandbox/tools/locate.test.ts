import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { findCommand, findDistributionTool, locate, parseVersion } from "../../../../sandbox/tools/locate";
import { shellScript, temporaryFolder } from "../../../support/temporary";

describe("parseVersion", () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["go version go1.26.8 linux/amd64", "1.26.8"],
    ["go version go1.26 linux/amd64", "1.26.0"],
    ["v3.259.0\n", "3.259.0"],
    ["v3.22.0-rc.1+gabc", "3.22.0"],
    ["etcd Version: 3.6.11\nGit SHA: 1.2.3\n", "3.6.11"],
    ["kwok version v0.8.0 go1.26.6 (linux/amd64)", "0.8.0"],
    ["1.2.3.4", "1.2.3"],
    ["version 7", undefined],
    ["", undefined],
  ];
  for (const [text, version] of cases) {
    it(`reads ${String(version)} from ${JSON.stringify(text)}`, () => {
      assert.equal(parseVersion(text), version);
    });
  }
});

describe("findCommand", () => {
  const folder = temporaryFolder();
  const onPath = (...folders: string[]): NodeJS.ProcessEnv => ({ PATH: folders.join(":") });

  it("takes the first executable file on PATH", () => {
    const [first, second] = ["first", "second"].map((name) => join(folder(), name)) as [string, string];
    for (const path of [first, second]) mkdirSync(path);
    shellScript(second, "made-up-tool");
    assert.equal(findCommand("made-up-tool", onPath("", first, second)), join(second, "made-up-tool"));
    shellScript(first, "made-up-tool");
    assert.equal(findCommand("made-up-tool", onPath("", first, second)), join(first, "made-up-tool"));
  });

  it("passes over files that cannot be executed, and folders of that name", () => {
    const [plain, nested, right] = ["plain", "nested", "right"].map((name) => join(folder(), name)) as [
      string,
      string,
      string,
    ];
    for (const path of [plain, join(nested, "made-up-tool"), right]) mkdirSync(path, { recursive: true });
    writeFileSync(join(plain, "made-up-tool"), "", { mode: 0o644 });
    const tool = shellScript(right, "made-up-tool");
    assert.equal(findCommand("made-up-tool", onPath(plain, nested, right)), tool);
    assert.equal(findCommand("made-up-tool", onPath(plain, nested)), undefined);
  });

  it("finds nothing without PATH", () => {
    assert.equal(findCommand("made-up-tool", {}), undefined);
  });
});

describe("findDistributionTool", () => {
  const folder = temporaryFolder();

  it("looks for a file where the tool is one", () => {
    const file = join(folder(), "bridge");
    const tool = { command: "sh", file, why: "", debianPackage: "" };
    assert.equal(findDistributionTool(tool), undefined);
    writeFileSync(file, "");
    assert.equal(findDistributionTool(tool), file);
  });
});

describe("locate", () => {
  const folder = temporaryFolder();

  const cases: readonly (readonly [string, string, { readonly version: string; readonly suitable: boolean }])[] = [
    ["a version in range", 'echo "made-up v3.5.1"', { version: "3.5.1", suitable: true }],
    ["an old version", 'echo "made-up v3.4.9"', { version: "3.4.9", suitable: false }],
    ["no version", "echo hello", { version: "unknown", suitable: false }],
    ["a program that fails", "echo v3.5.1; exit 1", { version: "unknown", suitable: false }],
  ];
  for (const [title, line, expected] of cases) {
    it(`judges ${title}`, async () => {
      const path = shellScript(folder(), "made-up-tool", line);
      assert.deepEqual(await locate(path, ["--version"], ">=3.5.0 <4"), { path, ...expected });
    });
  }
});
