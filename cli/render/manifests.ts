import { stringify } from "yaml";

import { isUnknown } from "../../sandbox/providers/shared/values";
import { parseTypeToken } from "../../sandbox/providers/kubernetes/type-token";
import { isObject } from "../../stacks/merge";
import type { PreviewedObject } from "../preview/report";

/** One file of the rendered folder. */
export interface RenderedFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** A Secret that is not rendered: somebody has to make it another way. */
export interface LeftOutSecret {
  readonly urn: string;
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
}

export interface Rendered {
  readonly files: readonly RenderedFile[];
  readonly secrets: readonly LeftOutSecret[];
  /** Why an object cannot be written. */
  readonly problems: readonly string[];
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the engine writes in the place of a secret in its events. */
const hidden = "[secret]";

/** The objects of a preview as files for a tool that applies YAML: one object each, definitions apart, because they come first. */
export function renderManifests(objects: readonly PreviewedObject[]): Rendered {
  const files = new Map<string, RenderedFile>();
  const secrets: LeftOutSecret[] = [];
  const problems: string[] = [];
  for (const object of objects.filter(({ type, custom }) => custom && type.startsWith("kubernetes:"))) {
    const manifest = manifestOf(object);
    const subject = `${manifest.kind} ${object.name}`;
    if (manifest.kind === "Secret" && manifest.apiVersion === "v1") {
      secrets.push({ urn: object.urn, ...identityOf(manifest), type: textOf(object.inputs["type"], "Opaque") });
      continue;
    }
    const found = [
      ...pathsOf(manifest, isUnknown).map((path) => `${subject}: ${path} is known only after a deployment`),
      ...pathsOf(manifest, (value) => value === hidden).map(
        (path) => `${subject}: ${path} is secret, and nothing secret may be written`,
      ),
    ];
    problems.push(...found);
    if (found.length > 0) continue;
    const path = pathOf(manifest);
    if (files.has(path)) problems.push(`${subject}: there are two objects for ${path}`);
    files.set(path, { path, content: stringify(sorted(manifest), { lineWidth: 0, aliasDuplicateObjects: false }) });
  }
  const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => (a.path < b.path ? -1 : 1);
  return { files: [...files.values()].sort(byPath), secrets: secrets.sort(bySecretName), problems: problems.sort() };
}

function bySecretName(a: LeftOutSecret, b: LeftOutSecret): number {
  return `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;
}

/** An object without what only Pulumi reads. */
function manifestOf({ type, inputs }: PreviewedObject): Manifest {
  const token = parseTypeToken(type);
  const { apiVersion, kind, metadata, ...rest } = inputs;
  return {
    apiVersion: textOf(apiVersion, token.apiVersion),
    kind: textOf(kind, token.kind),
    metadata: isObject(metadata) ? withoutPulumi(metadata) : {},
    ...rest,
  };
}

function withoutPulumi(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { annotations, ...rest } = metadata;
  if (!isObject(annotations)) return metadata;
  const kept = Object.entries(annotations).filter(([key]) => !key.startsWith("pulumi.com/"));
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) };
}

function identityOf({ metadata }: Manifest): { name: string; namespace: string } {
  return { name: textOf(metadata["name"], ""), namespace: textOf(metadata["namespace"], "") };
}

/** The names are those of the real plugin's render mode: group and version, kind, namespace, name. */
function pathOf(manifest: Manifest): string {
  const { name, namespace } = identityOf(manifest);
  const parts = [manifest.apiVersion.replace("/", "_"), manifest.kind, ...(namespace === "" ? [] : [namespace]), name];
  const folder = manifest.kind === "CustomResourceDefinition" ? "0-crd" : "1-manifest";
  return `${folder}/${parts
    .join("-")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, "_")}.yaml`;
}

/** Where a document has a value, as `spec.containers[0].image`. */
function pathsOf(value: unknown, matches: (value: unknown) => boolean, path = ""): string[] {
  if (matches(value)) return [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => pathsOf(item, matches, `${path}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => pathsOf(item, matches, path === "" ? key : `${path}.${key}`));
}

/** Keys in the order of the alphabet, after those that say what the object is. */
function sorted({ apiVersion, kind, metadata, ...rest }: Manifest): object {
  return { apiVersion, kind, metadata: sortedKeys(metadata), ...(sortedKeys(rest) as object) };
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortedKeys(item)]));
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
