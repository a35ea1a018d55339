/** A JSON document as the API server and the engine exchange it; absent fields read as undefined. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys and indexes, or undefined where the path leaves the document. */
export function valueAt(root: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let current = root;
  for (const key of path) {
    if (typeof key === "number") current = Array.isArray(current) ? current[key] : undefined;
    else current = isObject(current) ? current[key] : undefined;
  }
  return current;
}

export function textAt(root: Json | undefined, ...path: (string | number)[]): string | undefined {
  const value = valueAt(root, ...path);
  return typeof value === "string" ? value : undefined;
}

export function numberAt(root: Json | undefined, ...path: (string | number)[]): number | undefined {
  const value = valueAt(root, ...path);
  return typeof value === "number" ? value : undefined;
}

export function listAt(root: Json | undefined, ...path: (string | number)[]): Json[] {
  const value = valueAt(root, ...path);
  return Array.isArray(value) ? value : [];
}

export function objectAt(root: Json | undefined, ...path: (string | number)[]): JsonObject {
  const value = valueAt(root, ...path);
  return isObject(value) ? value : {};
}

/** Structural equality; keys that hold undefined count as absent. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => sameJson(left[key], right[key]));
}

/** A copy without some top-level fields. */
export function omit(object: JsonObject, ...keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
