import { isObject, objectAt, omit, valueAt, type JsonObject, type KubernetesObject } from "./json.js";
import { isPropertyMap, markLike, secret, UNKNOWN, type PropertyMap, type PropertyValue } from "../shared/values.js";

/** Fields the API server sets; a preview cannot know them for an object that does not exist. */
const COMPUTED_METADATA = ["uid", "resourceVersion", "creationTimestamp", "generation"];

/**
 * The state of a resource: the live object without bookkeeping, secret where the inputs were. Values of Secrets are always secret.
 * `__fieldManager` and `__initialApiVersion` are the real plugin's keys, so that a state can move between the two.
 */
export function outputsOf(live: KubernetesObject, inputs: PropertyMap, fieldManager: string): PropertyMap {
  const metadata = omit(live.metadata, "managedFields");
  const shown = live.kind === "CustomResourceDefinition" ? withoutSchema(live) : live;
  const marked = markLike({ ...shown, metadata }, inputs) as PropertyMap;
  if (live.kind === "Secret" && live.apiVersion === "v1") {
    for (const key of ["data", "stringData"]) {
      if (marked[key] !== undefined) marked[key] = secret(marked[key]);
    }
  }
  const initial = typeof inputs.apiVersion === "string" ? inputs.apiVersion : live.apiVersion;
  return { ...marked, __fieldManager: fieldManager, __initialApiVersion: initial };
}

/**
 * A CRD's schema can be megabytes and is known from the inputs; sending it back costs the program many seconds
 * (facts/pulumi.md 3.6). Kept is what programs read.
 */
function withoutSchema(crd: KubernetesObject): KubernetesObject {
  const { group, names, scope } = objectAt(crd, "spec");
  return { ...crd, spec: { group, names, scope } };
}

/** Inputs as a stand-in for outputs, where a preview can do no better. */
export function shownInputs(inputs: PropertyMap): PropertyMap {
  const { spec } = inputs;
  if (inputs.kind !== "CustomResourceDefinition" || !isPropertyMap(spec)) return inputs;
  return { ...inputs, spec: { group: spec.group, names: spec.names, scope: spec.scope } };
}

/** Outputs of a preview: the expected object with everything the API server decides later as unknown. */
export function previewOutputs(expected: PropertyMap, old: PropertyMap | undefined): PropertyMap {
  const metadata = expected.metadata;
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
    return { ...expected, status: UNKNOWN };
  const computed: PropertyMap = {};
  for (const key of COMPUTED_METADATA) {
    const kept =
      key === "uid" || key === "creationTimestamp" ? valueAt(old?.metadata as JsonObject | undefined, key) : undefined;
    computed[key] = kept ?? UNKNOWN;
  }
  const result: PropertyMap = { ...expected, metadata: { ...metadata, ...computed }, status: UNKNOWN };
  if (old === undefined && expected.kind === "Service") result.spec = withUnknownAddresses(expected.spec);
  return result;
}

/** A dry run hands out addresses and ports that the real request will not get. */
function withUnknownAddresses(spec: PropertyValue | undefined): PropertyValue | undefined {
  if (!isObject(spec) || spec.clusterIP === "None" || spec.type === "ExternalName") return spec;
  return { ...(spec as PropertyMap), clusterIP: UNKNOWN, clusterIPs: UNKNOWN };
}
