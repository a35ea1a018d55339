import type { Operation } from "./context.js";
import { isObject, objectId, omit, type JsonObject, type KubernetesObject } from "./json.js";
import { fieldManagerOf, ObjectApi, objectFromInputs, type ObjectRef } from "./objects.js";
import { outputsOf } from "./outputs.js";
import { pruneToInputs } from "./prune.js";
import { isPatchType, parseTypeToken } from "./type-token.js";
import { markLike, secret, type PropertyMap } from "../shared/values.js";

export interface ReadResult {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** Reads the live object for refresh, import or `Class.get`; undefined if it is gone. */
export async function readObject(
  operation: Operation,
  id: string,
  inputs: PropertyMap,
  state: PropertyMap,
): Promise<ReadResult | undefined> {
  const known = Object.keys(inputs).length > 0;
  const old = objectFromInputs(known ? inputs : { apiVersion: state.apiVersion, kind: state.kind }, operation.type);
  const live = await new ObjectApi(operation.session).find(refOfId(id, old, operation));
  if (live === undefined) return undefined;
  const readInputs = known ? prunedInputs(live, old, inputs) : importedInputs(live);
  const fieldManager = fieldManagerOf(operation.urn, old, state);
  return { id: objectId(live), inputs: readInputs, outputs: outputsOf(live, readInputs, fieldManager) };
}

/** Ids are `namespace/name`, or `name` for objects of the cluster and those in the default namespace. */
function refOfId(id: string, old: KubernetesObject, operation: Operation): ObjectRef {
  const parts = id.split("/");
  const name = parts.at(-1) ?? id;
  const namespace = parts.length > 1 ? parts[0] : old.metadata.namespace;
  const kind = isPatchType(operation.type, old.kind)
    ? old.kind
    : (old.kind || parseTypeToken(operation.type).kind).replace(/Patch$/, "");
  return { apiVersion: old.apiVersion, kind, name, namespace };
}

function prunedInputs(live: KubernetesObject, old: KubernetesObject, inputs: PropertyMap): PropertyMap {
  const pruned = pruneToInputs(live, old);
  return markLike(pruned, inputs) as PropertyMap;
}

/** Inputs for an object that was made elsewhere: everything but status and what the API server manages. */
function importedInputs(live: KubernetesObject): PropertyMap {
  const { name, namespace, labels, annotations, finalizers } = live.metadata;
  const kept: JsonObject = { name, namespace, labels, finalizers };
  const last = "kubectl.kubernetes.io/last-applied-configuration";
  if (isObject(annotations)) {
    const own = Object.entries(annotations).filter(
      ([key]) => key !== last && key !== "deployment.kubernetes.io/revision",
    );
    if (own.length > 0) kept.annotations = Object.fromEntries(own);
  }
  const inputs: PropertyMap = { ...omit(live, "status"), metadata: kept };
  // values of an imported Secret are secret from the first moment on
  for (const key of ["data", "stringData"]) {
    if (live.kind === "Secret" && inputs[key] !== undefined) inputs[key] = secret(inputs[key]);
  }
  return inputs;
}
