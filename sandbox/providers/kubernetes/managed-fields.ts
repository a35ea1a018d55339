import { isObject, listAt, textAt, type Json, type JsonObject, type KubernetesObject } from "./json.js";

/**
 * Handles `ignoreChanges` as the real plugin does: an ignored field that only somebody else manages (an autoscaler's replicas)
 * is left out of what is applied, and one we own is sent with its live value, because leaving it out would remove it.
 * Source: pulumi-kubernetes, await.go, handleSSAIgnoreFields.
 */
export function releaseIgnored(
  wanted: KubernetesObject,
  live: KubernetesObject,
  fieldManager: string,
  ignoreChanges: readonly string[],
): KubernetesObject {
  let result: KubernetesObject = wanted;
  for (const ignored of ignoreChanges) {
    const path = ignored.split(".");
    // paths through lists or quoted keys are taken from the state by the engine already
    if (path.some((key) => !/^[A-Za-z0-9_-]+$/.test(key))) continue;
    const owners = ownersOf(live, path);
    if (owners.size > 0 && !owners.has(fieldManager)) result = edit(result, path, undefined) as KubernetesObject;
    else {
      const current = path.reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), live);
      if (current !== undefined) result = edit(result, path, current) as KubernetesObject;
    }
  }
  return result;
}

/** The managers that own the field or something below it. */
function ownersOf(live: KubernetesObject, path: readonly string[]): Set<string> {
  const owners = new Set<string>();
  for (const entry of listAt(live, "metadata", "managedFields")) {
    let fields: Json | undefined = isObject(entry) ? entry.fieldsV1 : undefined;
    for (const key of path) fields = isObject(fields) ? fields[`f:${key}`] : undefined;
    const manager = textAt(entry, "manager");
    if (fields !== undefined && manager !== undefined) owners.add(manager);
  }
  return owners;
}

function edit(object: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return object;
  if (rest.length === 0) return { ...object, [key]: value };
  const child = object[key];
  if (!isObject(child)) return value === undefined ? object : { ...object, [key]: edit({}, rest, value) };
  return { ...object, [key]: edit(child, rest, value) };
}
