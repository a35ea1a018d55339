import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ensureBuilt } from "../../../../sandbox/tools/build";
import { builtFolder, isBuilt } from "../../../../sandbox/tools/cache";
import type { BuiltTool } from "../../../../sandbox/tools/catalog";
import { shellScript, temporaryFolder } from "../../../support/temporary";

/** Lines of a fake `go` that finds the file after `-o` and notes its call, in one write: others may note theirs at the same time. */
const findOutput = [
  'call="$(printf "%s|" "$@")"; echo "$call" >> "$(dirname "$0")/calls"',
  'while [ $# -gt 0 ]; do [ "$1" = -o ] && output="$2"; shift; done',
];

describe("ensureBuilt, with a fake compiler", () => {
  const folder = temporaryFolder();
  let cache: string;
  let tool: BuiltTool;
  beforeEach(() => {
    cache = join(folder(), "cache");
    mkdirSync(join(folder(), "module"));
    writeFileSync(join(folder(), "module", "go.mod"), "module m\n");
    tool = {
      name: "tool",
      version: "1.0.0",
      why: "tests",
      module: join(folder(), "module"),
      programs: [
        { name: "one", package: "./cmd/one" },
        { name: "two", package: "./cmd/two" },
      ],
      ldflags: "-X main.version=1.0.0",
      tags: "netgo",
    };
  });

  const calls = (): string[] => readFileSync(join(folder(), "calls"), "utf8").trim().split("\n");
  const inCache = (): string[] => readdirSync(join(cache, "tools")).sort();
  const succeeding = (...lines: readonly string[]): string =>
    shellScript(folder(), "go", ...findOutput, ...lines, 'echo built > "$output"');

  it("leaves one complete folder and nothing else", async () => {
    const target = await ensureBuilt(tool, succeeding(), cache);
    assert.equal(target, builtFolder(tool, cache));
    assert.deepEqual(inCache(), [`tool-1.0.0-${target.slice(-12)}`]);
    assert.deepEqual(readdirSync(target).sort(), ["one", "two"]);
    const unfinished = join(cache, "tools", `.building-tool-1.0.0-${target.slice(-12)}`);
    const flags = `build|-buildvcs=false|-trimpath|-mod=readonly|-tags|netgo|-ldflags|-s -w -X main.version=1.0.0|-o|${unfinished}`;
    assert.deepEqual(calls(), [`${flags}/one|./cmd/one|`, `${flags}/two|./cmd/two|`]);
  });

  it("shows no program under its final name before all are built", async () => {
    const target = builtFolder(tool, cache);
    await ensureBuilt(tool, succeeding(`[ ! -e "${target}" ] || exit 1`), cache);
    assert.ok(isBuilt(tool, target));
  });

  it("compiles nothing a second time", async () => {
    const go = succeeding();
    await ensureBuilt(tool, go, cache);
    await ensureBuilt(tool, "/nowhere/go", cache);
    assert.equal(calls().length, 2);
  });

  it("lets the user's own Go settings change nothing", async () => {
    const settings = ["GOFLAGS", "GOWORK", "CGO_ENABLED", "GOTOOLCHAIN"] as const;
    const before = settings.map((name) => [name, process.env[name]] as const);
    try {
      for (const name of settings) process.env[name] = "the-user's";
      const go = succeeding('echo "$GOFLAGS,$GOWORK,$CGO_ENABLED,$GOTOOLCHAIN,$PWD" > "$(dirname "$0")/seen"');
      await ensureBuilt(tool, go, cache);
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
    assert.equal(readFileSync(join(folder(), "seen"), "utf8"), `,off,0,local,${tool.module}\n`);
  });

  it("tells the compiler's last words, and counts nothing as built", async () => {
    const words = Array.from({ length: 25 }, (_, index) => `echo "main.go:${index}: undefined: x" >&2`);
    const failing = shellScript(
      folder(),
      "go",
      ...findOutput,
      'case "$output" in *one) echo built > "$output"; exit 0;; esac',
      ...words,
      "exit 1",
    );
    await assert.rejects(ensureBuilt(tool, failing, cache), (error: Error) => {
      const [first, ...rest] = error.message.split("\n");
      assert.equal(first, "building tool 1.0.0 failed; the compiler's last words:");
      assert.deepEqual(
        rest,
        Array.from({ length: 20 }, (_, index) => `main.go:${5 + index}: undefined: x`),
      );
      return true;
    });
    assert.equal(isBuilt(tool, builtFolder(tool, cache)), false);
    assert.equal(existsSync(`${builtFolder(tool, cache)}.lock`), false, "others may try at once");
  });

  it("starts anew after a build that was interrupted", async () => {
    const target = builtFolder(tool, cache);
    const unfinished = join(cache, "tools", `.building-${target.split("/").at(-1) ?? ""}`);
    mkdirSync(unfinished, { recursive: true });
    writeFileSync(join(unfinished, "half-written"), "");
    assert.equal(isBuilt(tool, target), false);
    await ensureBuilt(tool, succeeding(), cache);
    assert.deepEqual(readdirSync(target).sort(), ["one", "two"]);
  });

  it("builds once when two want the same at a time", async () => {
    const go = succeeding("sleep 0.1");
    const built = await Promise.all([ensureBuilt(tool, go, cache), ensureBuilt(tool, go, cache)]);
    assert.deepEqual(built, [builtFolder(tool, cache), builtFolder(tool, cache)]);
    assert.equal(calls().length, 2, "one call per program");
  });

  it("does not disturb a build of other sources of the same tool, as another checkout may run it", async () => {
    const go = succeeding("sleep 0.1");
    const other = { ...tool, version: "2.0.0", ldflags: "-X main.version=2.0.0" };
    await Promise.all([ensureBuilt(tool, go, cache), ensureBuilt(other, go, cache)]);
    assert.ok(isBuilt(tool, builtFolder(tool, cache)));
    assert.ok(isBuilt(other, builtFolder(other, cache)));
    assert.equal(calls().length, 4);
  });

  it("drops older builds of the same version, and keeps other versions and other tools", async () => {
    for (const name of ["tool-1.0.0-000000000000", "tool-0.9.0-000000000000", "toolbox-1.0.0-000000000000"])
      mkdirSync(join(cache, "tools", name), { recursive: true });
    const target = await ensureBuilt(tool, succeeding(), cache);
    assert.deepEqual(inCache(), [
      "tool-0.9.0-000000000000",
      `tool-1.0.0-${target.slice(-12)}`,
      "toolbox-1.0.0-000000000000",
    ]);
  });

  it("keeps folders of a module beside the programs, writable although the module cache is not", async () => {
    const chart = join(folder(), "modcache", "charts", "controller");
    mkdirSync(join(chart, "templates"), { recursive: true });
    writeFileSync(join(chart, "templates", "role.yaml"), "rules: []\n", { mode: 0o444 });
    const go = shellScript(
      folder(),
      "go",
      `if [ "$1" = list ]; then echo "${join(folder(), "modcache")}"; exit 0; fi`,
      ...findOutput,
      'echo built > "$output"',
    );
    const withFolder = { ...tool, folders: [{ module: "m", folder: "charts/controller", name: "chart" }] };
    const target = await ensureBuilt(withFolder, go, cache);
    const copy = join(target, "chart", "templates", "role.yaml");
    assert.equal(readFileSync(copy, "utf8"), "rules: []\n");
    assert.equal(statSync(copy).mode & 0o777, 0o644);
  });
});
