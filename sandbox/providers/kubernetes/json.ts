import { isObject, textAt, type Json, type JsonObject } from "../shared/json.js";

export * from "../shared/json.js";

export interface ObjectMeta extends JsonObject {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  annotations?: JsonObject;
  labels?: JsonObject;
}

/** Any Kubernetes object, built in or custom. */
export interface KubernetesObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** A copy without map entries that are null or undefined: for the API server both mean "not set". */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== null && item !== undefined) result[key] = withoutNulls(item);
  }
  return result;
}

/** `namespace/name`, or `name` for an object of the cluster: the form of the ids in the state. */
export function objectId(object: KubernetesObject): string {
  const { name = "", namespace } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** How messages name an object: `Deployment web/frontend`. */
export function describeObject(object: KubernetesObject): string {
  return `${object.kind} ${objectId(object)}`;
}

export function annotation(object: KubernetesObject, name: string): string | undefined {
  return textAt(object, "metadata", "annotations", name);
}

export function isAnnotatedTrue(object: KubernetesObject, name: string): boolean {
  return annotation(object, name)?.toLowerCase() === "true";
}
