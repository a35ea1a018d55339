import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { z } from "zod";

import { scaleSetSchema } from "../../../stacks/scale-set-schema";
import { secretKeys } from "../../../stacks/secrets";
import { sectionSchemas } from "../../../stacks/settings";

/** Settings documented as one although they have parts. */
const wholes = [
  // Described in docs/legacy.md.
  "legacy",
  "arc.resources",
  "certManager.resources",
  "arc.listenerResources",
  "scheduler.resources",
  "storage.rook.images",
  "storage.rook.resources",
  "storage.rook.cluster.tolerations",
  "storage.rook.cluster.resources",
  "storage.rook.filesystem.resources",
  "storage.rook.provisioner.resources",
  "pools.<name>.tolerations",
  "scaleSets.<name>.resources",
  "scaleSets.<name>.podTemplate",
  "scaleSets.<name>.schedule",
  "scaleSets.<name>.job.resources",
  "scaleSets.<name>.job.template",
];

function leaves(path: string, schema: unknown): string[] {
  const value = unwrapped(schema) ?? schema;
  const inner: unknown = Reflect.get(Object(schema), "shape") ?? Reflect.get(Object(value), "shape");
  if (wholes.includes(path)) return [path];
  if (inner !== undefined)
    return Object.entries(inner as Record<string, z.ZodType>).flatMap(([key, part]) => leaves(`${path}.${key}`, part));
  const item: unknown = Reflect.get(Object(schema), "valueType");
  return Reflect.get(Object(item), "shape") === undefined ? [path] : leaves(`${path}.<name>`, item);
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
      "pools",
      "caches",
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
