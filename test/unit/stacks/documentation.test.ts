import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { z } from "zod";

import { secretKeys } from "../../../stacks/decode";
import { scaleSetSchema, sectionSchemas } from "../../../stacks/settings";

/** Settings documented as one although they have parts. */
const wholes = [
  "arc.resources",
  "arc.listenerResources",
  "scaleSets.<name>.resources",
  "scaleSets.<name>.tolerations",
  "scaleSets.<name>.podTemplate",
];

function leaves(path: string, schema: unknown): string[] {
  const inner: unknown = Reflect.get(Object(schema), "shape") ?? Reflect.get(Object(unwrapped(schema)), "shape");
  if (inner === undefined || wholes.includes(path)) return [path];
  return Object.entries(inner as Record<string, z.ZodType>).flatMap(([key, value]) => leaves(`${path}.${key}`, value));
}

function unwrapped(schema: unknown): unknown {
  const unwrap: unknown = Reflect.get(Object(schema), "unwrap");
  return typeof unwrap === "function" ? (Reflect.apply(unwrap, schema, []) as unknown) : undefined;
}

describe("docs/settings.md", () => {
  const text = readFileSync(join(__dirname, "../../../docs/settings.md"), "utf8");
  const documented = [...text.matchAll(/^\| `([\w.<>]+)` \|/gm)].map(([, path]) => path);

  it("has a row for every setting and none for a setting that does not exist", () => {
    const sections = Object.entries(sectionSchemas).flatMap(([section, schema]) => leaves(section, schema));
    const existing = [...sections, ...leaves("scaleSets.<name>", scaleSetSchema), ...secretKeys];
    const differing = [
      "arc.version",
      "arc.replicas",
      "arc.controllerChart",
      "arc.logFormat",
      "dind.form",
      "images.requireDigest",
      "images",
    ];
    assert.deepEqual(
      existing.filter((path) => !documented.includes(path)),
      [],
      "without a row",
    );
    assert.deepEqual(
      documented.filter((path) => path !== undefined && !existing.includes(path) && !differing.includes(path)),
      [],
      "rows of unknown settings",
    );
  });
});
