import type { ApiClient } from "./cluster-client.js";
import type { ProviderSettings, Session } from "./configure.js";
import { Discovery, type KindInfo } from "./discovery.js";
import { ProviderError } from "./errors.js";
import { objectAt, type KubernetesObject } from "./json.js";
import { groupOf } from "./manifest.js";
import type { AvailableChart } from "./offline-charts.js";

/** What stands in for a cluster when there is none. */
export interface Offline {
  /** Of the cluster that is meant, for instance `1.35`: charts ask for it. */
  readonly kubeVersion: string;
  /** Charts that can be rendered although their repository is out of reach. */
  readonly charts: readonly AvailableChart[];
  /** Called for each Secret with the names of its keys, never with values; unset, nobody wants them. */
  readonly onSecret?: (urn: string, keys: readonly string[]) => void;
}

/** A configured provider that never dials: objects come back as they were given, and nothing but a preview is served. */
export function offlineSession(settings: ProviderSettings, offline: Offline): Session {
  return {
    client: nobody,
    discovery: new BuiltInKinds(nobody),
    settings,
    defaultNamespace: settings.namespace ?? "default",
    serverVersion: `v${offline.kubeVersion.replace(/^v/, "")}`,
    offline,
  };
}

/** Tells which keys a Secret of the preview has. */
export function tellSecretKeys({ offline }: Session, urn: string, object: KubernetesObject): void {
  if (offline?.onSecret === undefined || object.kind !== "Secret" || object.apiVersion !== "v1") return;
  const keys = ["data", "stringData"].flatMap((field) => Object.keys(objectAt(object, field)));
  offline.onSecret(urn, [...new Set(keys)].sort());
}

const nobody: ApiClient = {
  server: "no cluster",
  request: () =>
    Promise.reject(
      new ProviderError("the offline kubernetes provider was started without a cluster (--offline): it only previews"),
    ),
};

/** Kinds of Kubernetes itself that live in no namespace. */
const ofTheCluster: ReadonlySet<string> = new Set([
  "APIService",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "CSIDriver",
  "CSINode",
  "CustomResourceDefinition",
  "DeviceClass",
  "FlowSchema",
  "IngressClass",
  "IPAddress",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "ResourceSlice",
  "RuntimeClass",
  "ServiceCIDR",
  "StorageClass",
  "StorageVersion",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
  "VolumeAttributesClass",
]);

/** Groups of Kubernetes itself have no dot, or end so; custom ones may not end in `k8s.io` without approval. */
const otherGroups: ReadonlySet<string> = new Set(["gateway.networking.k8s.io", "snapshot.storage.k8s.io"]);

function isBuiltIn(group: string): boolean {
  return !group.includes(".") || (group.endsWith(".k8s.io") && !group.includes(".x-k8s.io") && !otherGroups.has(group));
}

/** The scope of kinds without an API server: those of Kubernetes from a list, others from the definitions that the run declares. */
class BuiltInKinds extends Discovery {
  override find(apiVersion: string, kind: string): Promise<KindInfo | undefined> {
    if (!isBuiltIn(groupOf(apiVersion))) return Promise.resolve(undefined);
    return Promise.resolve({ plural: `${kind.toLowerCase()}s`, namespaced: !ofTheCluster.has(kind) });
  }

  /** helm knows those of Kubernetes by itself. */
  override apiVersions(): Promise<string[]> {
    return Promise.resolve([]);
  }
}
