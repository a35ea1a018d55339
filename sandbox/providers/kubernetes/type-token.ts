import { apiVersionOf } from "./discovery.js";
import { ProviderError } from "./errors.js";

export { nameOfUrn, typeOfUrn } from "../shared/urn.js";

export interface TypeToken {
  readonly apiVersion: string;
  /** The kind of the token, for instance `Deployment` or `DeploymentPatch`. */
  readonly kind: string;
}

/** Modules of the SDK that are no API groups, and what to use instead. */
const UNSERVED: readonly [prefix: string, advice: string][] = [
  ["kubernetes:helm.sh/v3:", "use kubernetes.helm.v4.Chart"],
  ["kubernetes:helm.sh/v2:", "use kubernetes.helm.v4.Chart"],
  ["kubernetes:kustomize/", "use kubernetes.yaml.v2.ConfigGroup with the built YAML"],
  ["kubernetes:kustomize:", "use kubernetes.yaml.v2.ConfigGroup with the built YAML"],
  ["kubernetes:yaml:", "use kubernetes.yaml.v2.ConfigGroup"],
];

/** Refuses what only the real plugin serves, naming what is served here. */
export function refuseUnserved(type: string): void {
  const entry = UNSERVED.find(([prefix]) => type.startsWith(prefix));
  if (entry === undefined) return;
  throw new ProviderError(
    `${type} is not served by the offline kubernetes provider: ${entry[1]}, or install the real plugin. Served are all kinds ` +
      "and custom resources of the cluster, kubernetes:helm.sh/v4:Chart, kubernetes:yaml/v2:ConfigGroup and ConfigFile",
  );
}

/** Reads `kubernetes:<group>/<version>:<Kind>`, the form of every kind's token in the SDK. */
export function parseTypeToken(type: string): TypeToken {
  refuseUnserved(type);
  const match = /^kubernetes:([^:/]+)\/([^:/]+):([^:/]+)$/.exec(type);
  if (match === null)
    throw new ProviderError(`${type} is no kind of the kubernetes package (kubernetes:<group>/<version>:<Kind>)`);
  const [, group = "", version = "", kind = ""] = match;
  return { apiVersion: apiVersionOf(group, version), kind };
}

/** The token under which an object of a chart or manifest is registered. */
export function typeTokenOf(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/** `…Patch` classes manage some fields of an object that belongs to somebody else. */
export function isPatchType(type: string, kind: string): boolean {
  const tokenKind = type.slice(type.lastIndexOf(":") + 1);
  return tokenKind.endsWith("Patch") && tokenKind !== kind;
}
