import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { environmentsPage } from "../../../cli/docs/environments-page";
import { cell, table } from "../../../cli/docs/markdown";
import { settingRows } from "../../../cli/docs/setting-rows";
import { concretePaths, inLine, valueAt } from "../../../cli/docs/setting-values";
import { environments } from "../../../stacks/index";
import { sectionSchemas } from "../../../stacks/settings";
import { listOf, mapOf, oneOf, quantity, text, whole, yesOrNo } from "../../../stacks/schema";

describe("docs/environments.md", () => {
  const page = environmentsPage();

  it("is what the schemas and environments say", () => {
    const file = readFileSync(join(__dirname, "../../../docs/environments.md"), "utf8");
    assert.ok(file === page, "out of date: run `npm run docs`");
  });

  it("has every section once, and a column for an environment where it differs", () => {
    const headings = [...page.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings, [...Object.keys(sectionSchemas), "scaleSets", "Secrets"]);
    assert.ok(Object.keys(environments).every((name) => page.includes(`\`${name}\``)));
    const production = page.split("\n").find((line) => line.startsWith("| `production` "));
    assert.equal(production?.replaceAll(/\s/g, "").startsWith("|`production`|trueorfalse|`false`|"), true);
    assert.match(page, /\| setting \| allowed \| default \|.* local \|\n.*\n\| `arc\.version` \|.*\| `0\.6\.1` \|/);
  });

  it("shows what a set merely inherits once, and what is its own by set", () => {
    const differing = page.slice(page.indexOf("Where environments differ in single sets:"));
    assert.ok(differing.includes("| `runner-hybrid.pool` | `general` |"));
    assert.ok(!differing.includes("runner-cpu.allowReplace"));
  });

  it("shows jobs' resources of the container in which steps run", () => {
    assert.match(page, /\| `runner-base` \| `dind` \|.*\| `cpu: 500m, memory: 1Gi, ephemeral-storage: 2Gi` \|/);
    assert.match(page, /\| `runner-gpu` \| `kubernetes` \|.*\| `cpu: 8, memory: 32Gi` \|/);
  });
});

describe("settingRows", () => {
  const schema = z.strictObject({
    mode: oneOf(["one", "two"]),
    name: text("a name").default("x"),
    wide: z.union([z.literal("all"), z.strictObject({ only: yesOrNo })], { error: "all, or a map with only" }),
    inner: z.strictObject({ count: whole(1, 3), free: mapOf(z.unknown(), "anything by name") }).optional(),
    limits: mapOf(quantity, "quantities"),
    named: mapOf(
      z.strictObject({ items: listOf(z.strictObject({ on: yesOrNo }), "a list of items") }),
      "things by name",
    ),
  });

  it("finds each setting with the words of its message, through maps, lists and what may be left out", () => {
    assert.deepEqual(
      settingRows(["s"], schema).map(({ path, allowed, required }) => [path.join("."), allowed, required]),
      [
        ["s.mode", "one of one, two", true],
        ["s.name", "a name", false],
        ["s.wide", "all, or a map with only", true],
        ["s.inner.count", "a whole number from 1 to 3", false],
        ["s.inner.free", "anything by name", false],
        ["s.limits", "quantities", true],
        ["s.named.<name>.items", "a list of items", true],
        ["s.named.<name>.items[].on", "true or false", true],
      ],
    );
  });

  it("knows what the schema puts in the place of nothing", () => {
    assert.equal(settingRows(["s"], schema)[1]?.fallback, "x");
    assert.ok(!("fallback" in (settingRows(["s"], schema)[0] ?? {})));
  });

  it("finds words for every setting there is", () => {
    for (const [section, part] of Object.entries(sectionSchemas))
      for (const { path, allowed } of settingRows([section], part)) assert.match(allowed, /\w/, path.join("."));
  });
});

describe("values of settings on the page", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, "–"],
    [false, "`false`"],
    [0, "`0`"],
    ["1.35", "`1.35`"],
    ["a|b\nc", "`a\\|b c`"],
    [["a", 1], "`a, 1`"],
    [[], "`[]`"],
    [{ cpu: "1", memory: "2Gi" }, "`cpu: 1, memory: 2Gi`"],
    [{}, "`{}`"],
    [[{ key: "x" }], '`[{"key":"x"}]`'],
  ];
  for (const [value, expected] of cases) {
    it(`shows ${value === undefined ? "nothing" : JSON.stringify(value)} as ${expected}`, () => {
      assert.equal(inLine(value), expected);
    });
  }

  it("are found below keys of the user's, in the order in which they come", () => {
    const settings = [{ pools: { b: { nodes: 1 } } }, { pools: { a: { nodes: 2 }, b: {} } }, { pools: [] }, {}];
    assert.deepEqual(concretePaths(["pools", "<name>", "nodes"], settings), [
      ["pools", "b", "nodes"],
      ["pools", "a", "nodes"],
    ]);
    assert.deepEqual(concretePaths(["arc", "version"], settings), [["arc", "version"]]);
    assert.equal(valueAt(settings[1], ["pools", "a", "nodes"]), 2);
    assert.equal(valueAt(settings[1], ["pools", "toString", "name"]), undefined);
  });
});

describe("table", () => {
  it("leaves out columns without a cell, but never the first, and itself without rows", () => {
    assert.deepEqual(
      table(
        ["a", "b", "c"],
        [
          ["", "", "1"],
          ["x", "", ""],
        ],
      ),
      ["| a | c |", "| --- | --- |", "|  | 1 |", "| x |  |", ""],
    );
    assert.deepEqual(table(["a"], []), []);
  });

  it("takes text that would end a cell or begin a tag", () => {
    assert.equal(cell("a|<b>\nc"), "a\\|\\<b> c");
  });
});
