import { isObject, omit, sameJson, type Json, type KubernetesObject } from "./json.js";
import { replacingFields, type FieldPattern } from "./immutable-fields.js";
import type { ProviderSettings } from "./configure.js";
import { isUnknown } from "../shared/values.js";

export type Path = readonly (string | number)[];
export type ChangeKind = "add" | "delete" | "update";

export interface FieldChange {
  readonly path: Path;
  readonly kind: ChangeKind;
  readonly replace: boolean;
}

export interface ObjectDiff {
  readonly changes: readonly FieldChange[];
  readonly replace: boolean;
  readonly deleteBeforeReplace: boolean;
}

/** Fields the API server owns; manifests written by tools carry some of them. */
const SERVER_FIELDS = [
  "creationTimestamp",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** What changes between two sets of inputs, field by field, and whether that can be done in place. */
export function diffObjects(
  old: KubernetesObject,
  now: KubernetesObject,
  settings: ProviderSettings | undefined,
  isPatch: boolean,
): ObjectDiff {
  const [before, after] = [comparable(old), comparable(now)];
  const patterns = replacingFields({ ...now, immutable: old.immutable ?? now.immutable }, settings, isPatch);
  const changes: FieldChange[] = [];
  compare(before, after, [], (path, kind, left, right) => {
    changes.push({ path, kind, replace: changesIdentity(path, left, right) || touches(patterns, path, left, right) });
  });
  const replace = changes.some((change) => change.replace);
  return { changes, replace, deleteBeforeReplace: replace && keepsName(before, after) };
}

/** A path in the form of the engine's property paths: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`. */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}

function comparable(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind } = object;
  return { ...omit(object, "status"), apiVersion, kind, metadata: omit(object.metadata, ...SERVER_FIELDS) };
}

type Report = (path: Path, kind: ChangeKind, left: Json | undefined, right: Json | undefined) => void;

function compare(left: Json | undefined, right: Json | undefined, path: Path, report: Report): void {
  if (isUnknown(right)) report(path, left === undefined ? "add" : "update", left, right);
  else if (sameJson(left, right)) return;
  else if (left === undefined) report(path, "add", left, right);
  else if (right === undefined) report(path, "delete", left, right);
  else if (Array.isArray(left) && Array.isArray(right)) {
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      compare(left[index], right[index], [...path, index], report);
    }
  } else if (isObject(left) && isObject(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
      compare(left[key], right[key], [...path, key], report);
  } else report(path, "update", left, right);
}

/** Another API group or kind is another object; another version of the same group is the same object. */
function changesIdentity(path: Path, left: Json | undefined, right: Json | undefined): boolean {
  if (path.length !== 1 || left === undefined || right === undefined) return false;
  if (path[0] === "kind") return true;
  return path[0] === "apiVersion" && groupOf(left) !== groupOf(right);
}

function groupOf(apiVersion: Json): string {
  return typeof apiVersion === "string" && apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** Whether a change at `path` lies inside a replacing field, or adds or removes one together with its parent. */
function touches(
  patterns: readonly FieldPattern[],
  path: Path,
  left: Json | undefined,
  right: Json | undefined,
): boolean {
  return patterns.some((pattern) => {
    const common = Math.min(pattern.length, path.length);
    for (let index = 0; index < common; index++) {
      if (pattern[index] !== "*" && pattern[index] !== String(path[index])) return false;
    }
    if (path.length >= pattern.length) return true;
    const rest = pattern.slice(path.length);
    return isUnknown(right) || holds(left, rest) || holds(right, rest);
  });
}

function holds(value: Json | undefined, pattern: FieldPattern): boolean {
  if (value === undefined) return false;
  const [key, ...rest] = pattern;
  if (key === undefined) return true;
  if (key === "*")
    return (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []).some((item) =>
      holds(item, rest),
    );
  return isObject(value) && holds(value[key], rest);
}

/** A replacement under the same fixed name must delete first; an automatic name is given anew. */
function keepsName(old: KubernetesObject, now: KubernetesObject): boolean {
  const autonamed = isObject(now.metadata.annotations) && now.metadata.annotations["pulumi.com/autonamed"] === "true";
  return !autonamed && old.metadata.name === now.metadata.name && old.metadata.namespace === now.metadata.namespace;
}
