import { isObject, sameJson, valueAt, type Json, type JsonObject, type KubernetesObject } from "./json.js";

/**
 * The live object cut down to the fields of the old inputs: defaults of the API server are no drift, a changed value is. Values that
 * mean the same in another spelling (quantities, empty and absent) keep the spelling of the program.
 */
export function pruneToInputs(live: KubernetesObject, old: KubernetesObject): JsonObject {
  const pruned = pruneObject(live, old, "");
  if (old.kind === "Secret" && isObject(old.stringData)) {
    pruned.stringData = fromData(old.stringData, live);
  }
  return pruned;
}

function pruneObject(live: JsonObject, old: JsonObject, path: string): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(old)) {
    if (value === undefined) continue;
    const pruned = pruneValue(live[key], value, path === "" ? key : `${path}.${key}`);
    if (pruned !== undefined) result[key] = pruned;
  }
  return result;
}

function pruneValue(live: Json | undefined, old: Json, path: string): Json | undefined {
  // the API server drops empty values: their absence is no drift
  if (live === undefined) return isEmpty(old) ? old : undefined;
  if (isObject(live) && isObject(old)) return pruneObject(live, old, path);
  if (Array.isArray(live) && Array.isArray(old)) return pruneList(live, old, path);
  return sameQuantity(live, old) ? old : live;
}

/** Lists whose items have names are compared by name (injected containers are somebody else's), others by index. */
function pruneList(live: Json[], old: Json[], path: string): Json[] {
  const key = ["name", "key", "mountPath", "port", "containerPort"].find((candidate) =>
    [...live, ...old].every((item) => isObject(item) && item[candidate] !== undefined),
  );
  if (key !== undefined) {
    return old.flatMap((item) => {
      const partner = live.find((candidate) => sameJson(valueAt(candidate, key), valueAt(item, key)));
      const pruned = partner === undefined ? undefined : pruneValue(partner, item, path);
      return pruned === undefined ? [] : [pruned];
    });
  }
  if (path === "metadata.finalizers" || path === "metadata.ownerReferences") {
    return old.filter((item) => live.some((candidate) => sameJson(candidate, item)));
  }
  return live.map((item, index) => {
    const partner = old[index];
    return partner === undefined ? item : (pruneValue(item, partner, path) ?? item);
  });
}

function isEmpty(value: Json): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every((item) => item === undefined || isEmpty(item));
}

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Whether two values are the same Kubernetes quantity, as `1000m` and `1`. */
export function sameQuantity(left: Json, right: Json): boolean {
  const [a, b] = [quantity(left), quantity(right)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= Math.abs(a) * 1e-12;
}

function quantity(value: Json): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const match = /^([+-]?\d+(?:\.\d+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/.exec(value);
  if (match === null) return undefined;
  return Number(match[1]) * (SUFFIXES[match[2] ?? ""] ?? 1);
}

/** `stringData` is write-only: its drift shows in `data`. */
function fromData(old: JsonObject, live: KubernetesObject): JsonObject {
  const result: JsonObject = {};
  for (const key of Object.keys(old)) {
    const encoded = valueAt(live, "data", key);
    if (typeof encoded === "string") result[key] = Buffer.from(encoded, "base64").toString("utf8");
  }
  return result;
}
