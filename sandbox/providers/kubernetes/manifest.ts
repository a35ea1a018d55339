import { parseAllDocuments } from "yaml";
import type { Discovery } from "./discovery.js";
import { ProviderError } from "./errors.js";
import { isObject, withoutNulls, type Json, type KubernetesObject } from "./json.js";

/** Reads YAML documents into objects: empty ones are skipped, lists become their items. */
export function parseManifest(text: string): KubernetesObject[] {
  return parseAllDocuments(text, { merge: true, uniqueKeys: false, logLevel: "error" }).flatMap((document) => {
    if ("errors" in document && document.errors[0] !== undefined) {
      throw new ProviderError(`the YAML cannot be parsed: ${document.errors[0].message}`);
    }
    return expand(document.toJS({ maxAliasCount: -1 }) as Json);
  });
}

function expand(value: Json | undefined): KubernetesObject[] {
  if (value === null || value === undefined || (isObject(value) && Object.keys(value).length === 0)) return [];
  const { apiVersion, kind, metadata } = isObject(value) ? value : {};
  if (!isObject(value) || typeof apiVersion !== "string" || typeof kind !== "string") {
    throw new ProviderError(
      `a document of the manifest is no Kubernetes object: it has no apiVersion or kind (${shorten(value)})`,
    );
  }
  if (kind.endsWith("List") && Array.isArray(value.items)) return value.items.flatMap(expand);
  if (!isObject(metadata) || typeof metadata.name !== "string" || metadata.name === "") {
    throw new ProviderError(`${kind} ${apiVersion} of the manifest has no metadata.name`);
  }
  return [{ ...(withoutNulls(value) as KubernetesObject), apiVersion: apiVersion.replace(/^core\//, "") }];
}

/** Gives every namespaced object that names none the chart's namespace. CRDs of the same manifest tell the scope of their kinds. */
export async function placeInNamespace(objects: readonly KubernetesObject[], namespace: string, discovery: Discovery) {
  for (const object of objects.filter(isCrd)) discovery.declare(object);
  return Promise.all(
    objects.map(async (object): Promise<KubernetesObject> => {
      const own = object.metadata.namespace;
      const namespaced = await discovery.isNamespaced(object.apiVersion, object.kind);
      if (namespaced === false) return { ...object, metadata: { ...object.metadata, namespace: undefined } };
      if ((own !== undefined && own !== "") || namespaced !== true) return object;
      return { ...object, metadata: { ...object.metadata, namespace } };
    }),
  );
}

/** The logical name of a child: `<prefix>:<namespace>/<name>`, as the real plugin's (yaml/v2/yaml.go, register). */
export function childName(object: KubernetesObject, prefix: string): string {
  const { name = "", namespace } = object.metadata;
  const qualified = namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
  return prefix === "" ? qualified : `${prefix}:${qualified}`;
}

export function isCrd(object: KubernetesObject): boolean {
  return object.kind === "CustomResourceDefinition" && groupOf(object.apiVersion) === "apiextensions.k8s.io";
}

/** The group of an apiVersion; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

function shorten(value: Json): string {
  return JSON.stringify(value).slice(0, 60);
}
