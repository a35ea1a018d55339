import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { ConstructOptions } from "./construct.js";
import { ProviderError } from "./errors.js";
import type { JsonObject, KubernetesObject, Json } from "./json.js";
import { parseManifest, placeInNamespace } from "./manifest.js";
import { reveal, type PropertyMap } from "../shared/values.js";

export const CONFIG_GROUP = "kubernetes:yaml/v2:ConfigGroup";
export const CONFIG_FILE = "kubernetes:yaml/v2:ConfigFile";

/** The objects of `yaml.v2.ConfigGroup` (files, yaml, objs) or `ConfigFile` (file). */
export async function manifestObjects(inputs: PropertyMap, options: ConstructOptions): Promise<KubernetesObject[]> {
  const plain = reveal(inputs) as JsonObject;
  const files = [...textsOf(plain.file), ...textsOf(plain.files)];
  if (files.some((file) => /^https?:/.test(file) || /[*?[]/.test(file))) {
    throw new ProviderError(
      "the offline kubernetes provider reads manifests from plain file paths only, no URLs or patterns",
    );
  }
  const read = await Promise.all(files.map((file) => readFile(resolve(options.programDirectory, file), "utf8")));
  const written = [...read, ...textsOf(plain.yaml)].flatMap(parseManifest);
  const inline = listOf(plain.objs).flatMap((item) => parseManifest(JSON.stringify(item)));
  return placeInNamespace([...written, ...inline], options.session.defaultNamespace, options.session.discovery);
}

function listOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function textsOf(value: Json | undefined): string[] {
  return listOf(value).filter((item): item is string => typeof item === "string");
}
