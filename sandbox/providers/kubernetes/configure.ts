import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type * as client from "@kubernetes/client-node";
import { type ApiClient, ClusterClient } from "./cluster-client.js";
import { Discovery } from "./discovery.js";
import type { Offline } from "./offline.js";
import { ApiError, messageOf, ProviderError } from "./errors.js";
import { textAt, type Json } from "./json.js";
import { decodeValue, isUnknown, reveal, type PropertyMap } from "../shared/values.js";

/** The settings of `kubernetes.Provider` that this provider knows. */
export interface ProviderSettings {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly clusterIdentifier?: string;
  readonly enableServerSideApply: boolean;
  readonly enablePatchForce: boolean;
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
  readonly upsertExistingObjects: boolean;
  readonly suppressDeprecationWarnings: boolean;
}

/** A configured provider: one cluster and the defaults for objects in it. */
export interface Session {
  readonly client: ApiClient;
  readonly discovery: Discovery;
  readonly settings: ProviderSettings;
  readonly defaultNamespace: string;
  /** For instance `v1.35.4`. */
  readonly serverVersion: string;
  /** There is no cluster: objects can be previewed only. */
  readonly offline?: Offline;
}

/** Settings of the real plugin that ask for something this provider does not do. */
const REFUSED = ["renderYamlToDirectory", "helmReleaseSettings"];

/**
 * Problems of a provider's inputs, one sentence each, keyed by property.
 *
 * @param dials whether the kubeconfig will be used, and so has to be one
 */
export async function settingsProblems(
  inputs: PropertyMap,
  dials = true,
): Promise<{ property: string; reason: string }[]> {
  const problems = REFUSED.filter((key) => inputs[key] !== undefined && inputs[key] !== "").map((property) => ({
    property,
    reason: `${property} is not served by the offline kubernetes provider; install the real plugin for it`,
  }));
  const ssa = decodeSetting(inputs.enableServerSideApply);
  if (ssa === false || ssa === "false") {
    const reason = "the offline kubernetes provider always uses server-side apply; remove enableServerSideApply: false";
    problems.push({ property: "enableServerSideApply", reason });
  }
  const kubeconfig = decodeSetting(inputs.kubeconfig);
  if (dials && kubeconfig !== undefined && kubeconfig !== "" && !isUnknown(kubeconfig)) {
    try {
      await kubeConfigOf(readSettings(inputs));
    } catch (error) {
      problems.push({ property: "kubeconfig", reason: messageOf(error) });
    }
  }
  return problems;
}

/** Reads settings; the SDK sends values that are not strings as JSON text, the engine sometimes as they are. */
export function readSettings(inputs: PropertyMap): ProviderSettings {
  const text = (key: string) => {
    const value = decodeSetting(inputs[key]);
    if (value === undefined || value === null || value === "" || isUnknown(value)) return undefined;
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const flag = (key: string, variable?: string, fallback = false) => {
    const value = text(key) ?? (variable === undefined ? undefined : process.env[variable]);
    return value === undefined ? fallback : value === "true";
  };
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    cluster: text("cluster"),
    namespace: text("namespace"),
    clusterIdentifier: text("clusterIdentifier"),
    enableServerSideApply: flag("enableServerSideApply", undefined, true),
    enablePatchForce: flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    enableConfigMapMutable: flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
    enableSecretMutable: flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    upsertExistingObjects: flag("upsertExistingObjects"),
    suppressDeprecationWarnings: flag("suppressDeprecationWarnings", "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS"),
  };
}

/** The library has a class for each kind of object: loaded beside the engine's own start, not before it (0.5 s; 1.5 s through tsx). */
export function clientLibrary(): Promise<typeof client> {
  return import("@kubernetes/client-node");
}

/** The kubeconfig of the settings with their context and cluster applied; without one, that of the environment. */
export async function kubeConfigOf(settings: ProviderSettings): Promise<client.KubeConfig> {
  const { KubeConfig } = await clientLibrary();
  const config = new KubeConfig();
  if (settings.kubeconfig === undefined) config.loadFromDefault();
  else load(config, settings.kubeconfig);
  if (settings.context !== undefined) config.setCurrentContext(settings.context);
  const context = config.getContextObject(config.getCurrentContext());
  if (context === null) {
    const known = config.getContexts().map((entry) => entry.name);
    const wanted = config.getCurrentContext();
    throw new ProviderError(
      `the kubeconfig has no context ${JSON.stringify(wanted)}; it has ${known.length === 0 ? "none" : known.join(", ")}`,
    );
  }
  if (settings.cluster === undefined) return config;
  if (config.getCluster(settings.cluster) === null) {
    throw new ProviderError(`the kubeconfig has no cluster ${JSON.stringify(settings.cluster)}`);
  }
  const overridden = new KubeConfig();
  overridden.loadFromOptions({
    clusters: config.getClusters(),
    users: config.getUsers(),
    contexts: [{ ...context, cluster: settings.cluster }],
    currentContext: context.name,
  });
  return overridden;
}

/** Connects, or says in one sentence why the cluster cannot be used. */
export async function connect(settings: ProviderSettings): Promise<Session> {
  const kubeConfig = await kubeConfigOf(settings);
  const client = new ClusterClient(kubeConfig);
  const version = await client.request("GET", "/version").catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    throw new ProviderError(
      `the Kubernetes cluster at ${client.server} refuses the kubeconfig's credentials: ${error.message}`,
    );
  });
  const contextNamespace = kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace;
  return {
    client,
    discovery: new Discovery(client),
    settings,
    defaultNamespace: settings.namespace ?? contextNamespace ?? "default",
    serverVersion: textAt(version, "gitVersion") ?? "unknown",
  };
}

/**
 * Which settings changed, and which of those mean another cluster. New credentials for the same server are an update:
 * nothing in the cluster has to be made anew. `clusterIdentifier`, if it is kept, decides alone (as in the real plugin).
 */
export async function diffSettings(
  olds: PropertyMap,
  news: PropertyMap,
): Promise<{ diffs: string[]; replaces: string[] }> {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => key !== "version");
  const diffs = keys.filter(
    (key) => JSON.stringify(decodeSetting(olds[key])) !== JSON.stringify(decodeSetting(news[key])),
  );
  const [before, after] = [readSettings(olds), readSettings(news)];
  if (before.clusterIdentifier !== undefined && after.clusterIdentifier !== undefined) {
    return { diffs, replaces: diffs.filter((key) => key === "clusterIdentifier") };
  }
  const locating = diffs.filter((key) => ["kubeconfig", "context", "cluster"].includes(key));
  const unknown = locating.some((key) => isUnknown(news[key]));
  const moved = unknown || (locating.length > 0 && (await serverOf(before)) !== (await serverOf(after)));
  return { diffs, replaces: moved ? locating : [] };
}

async function serverOf(settings: ProviderSettings): Promise<string | undefined> {
  try {
    return (await kubeConfigOf(settings)).getCurrentCluster()?.server;
  } catch {
    return undefined;
  }
}

function load(config: client.KubeConfig, pathOrContent: string): void {
  const path = pathOrContent.startsWith("~/") ? join(homedir(), pathOrContent.slice(2)) : pathOrContent;
  const isFile = !pathOrContent.includes("\n") && !pathOrContent.trimStart().startsWith("{");
  if (isFile && !existsSync(path))
    throw new ProviderError("the kubeconfig is neither the path of a file nor a kubeconfig's content");
  try {
    config.loadFromString(isFile ? readFileSync(path, "utf8") : pathOrContent);
    if (isFile) config.makePathsAbsolute(join(path, ".."));
  } catch {
    // the parser's message quotes the document, credentials included
    throw new ProviderError("the kubeconfig cannot be parsed: it must be the YAML or JSON of a kubeconfig");
  }
}

function decodeSetting(value: PropertyMap[string]): Json | undefined {
  if (value === undefined) return undefined;
  const plain = reveal(value);
  if (typeof plain !== "string" || !/^\s*[{["]/.test(plain)) return plain;
  try {
    return reveal(decodeValue(JSON.parse(plain) as Json));
  } catch {
    return plain;
  }
}
