import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { buildKey, builtFolder, cacheFolder, isBuilt } from "../../../../sandbox/tools/cache";
import type { BuiltTool } from "../../../../sandbox/tools/catalog";
import { temporaryFolder } from "../../../support/temporary";

describe("cacheFolder", () => {
  const cases: readonly (readonly [NodeJS.ProcessEnv, string])[] = [
    [{ XDG_CACHE_HOME: "/var/cache" }, "/var/cache/runner-platform"],
    [{ XDG_CACHE_HOME: "" }, join(homedir(), ".cache/runner-platform")],
    [{}, join(homedir(), ".cache/runner-platform")],
  ];
  for (const [environment, expected] of cases) {
    it(`is ${expected} for ${JSON.stringify(environment)}`, () => {
      assert.equal(cacheFolder(environment), expected);
    });
  }
});

describe("buildKey", () => {
  const folder = temporaryFolder();
  let tool: BuiltTool;
  let key: string;
  beforeEach(() => {
    mkdirSync(join(folder(), "cmd"));
    writeFileSync(join(folder(), "go.sum"), "a h1:1\n");
    writeFileSync(join(folder(), "cmd", "main.go"), "package main\n");
    tool = {
      name: "tool",
      version: "1.0.0",
      why: "tests",
      module: folder(),
      programs: [{ name: "tool", package: "./cmd" }],
    };
    key = buildKey(tool);
  });

  it("is short, and the same for the same sources", () => {
    assert.match(key, /^[0-9a-f]{12}$/);
    assert.equal(buildKey(tool), key);
  });

  it("is the same wherever the checkout lies, so that checkouts share builds", () => {
    renameSync(join(folder(), "cmd"), join(folder(), "moved"));
    mkdirSync(join(folder(), "elsewhere"));
    renameSync(join(folder(), "moved"), join(folder(), "elsewhere", "cmd"));
    renameSync(join(folder(), "go.sum"), join(folder(), "elsewhere", "go.sum"));
    assert.equal(buildKey({ ...tool, module: join(folder(), "elsewhere") }), key);
  });

  const sources: readonly (readonly [string, string, string])[] = [
    ["a source", "cmd/main.go", "package main // changed\n"],
    ["a pinned module", "go.sum", "a h1:2\n"],
    ["a new file", "cmd/more.go", "package main\n"],
  ];
  for (const [title, file, content] of sources) {
    it(`changes with ${title}`, () => {
      writeFileSync(join(folder(), file), content);
      assert.notEqual(buildKey(tool), key);
    });
  }

  it("changes with the name of a file", () => {
    renameSync(join(folder(), "cmd/main.go"), join(folder(), "cmd/other.go"));
    assert.notEqual(buildKey(tool), key);
  });

  const flags: readonly (readonly [string, Partial<BuiltTool>])[] = [
    ["linker flags", { ldflags: "-X main.version=1" }],
    ["build tags", { tags: "netgo" }],
    ["programs", { programs: [{ name: "other", package: "./cmd" }] }],
    ["kept folders", { folders: [{ module: "m", folder: "charts", name: "charts" }] }],
  ];
  for (const [title, changes] of flags) {
    it(`changes with ${title}`, () => {
      assert.notEqual(buildKey({ ...tool, ...changes }), key);
    });
  }

  it("does not change with tests, nor with what is only said about the tool", () => {
    writeFileSync(join(folder(), "cmd/main_test.go"), "package main\n");
    assert.equal(buildKey({ ...tool, why: "something else" }), key);
  });

  it("is part of the folder's name, beside name and version", () => {
    assert.equal(builtFolder(tool, "/cache"), `/cache/tools/tool-1.0.0-${key}`);
  });
});

describe("isBuilt", () => {
  const folder = temporaryFolder();

  it("holds once every program and every kept folder is there", () => {
    const tool: BuiltTool = {
      name: "tool",
      version: "1.0.0",
      why: "tests",
      module: "/nowhere",
      programs: [
        { name: "one", package: "." },
        { name: "two", package: "." },
      ],
      folders: [{ module: "m", folder: "charts", name: "chart" }],
    };
    const state = (): boolean => isBuilt(tool, join(folder(), "tool"));
    assert.equal(state(), false);
    mkdirSync(join(folder(), "tool"));
    for (const name of ["one", "two", "chart"]) {
      assert.equal(state(), false, name);
      writeFileSync(join(folder(), "tool", name), "");
    }
    assert.equal(state(), true);
  });
});
