import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";

import { keptClaimLabels } from "../../components/storage/kept-claim";
import { explain, UserError } from "../user-error";
import type { AuditedClaim, AuditedCluster, AuditedVolume } from "./objects";

/** Which cluster to look at: a context or a file; without both, what `kubectl` would take. */
export interface ClusterChoice {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** @throws UserError for a file or a context that is not there */
export function loadCluster({ context, kubeconfig }: ClusterChoice): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new UserError(`cannot read ${kubeconfig ?? "your kubeconfig"}`, { cause: explain(error) });
  }
  if (context !== undefined) {
    const names = config.contexts.map(({ name }) => name);
    if (!names.includes(context))
      throw new UserError(`there is no context "${context}" (there are: ${names.join(", ") || "none"})`);
    config.setCurrentContext(context);
  }
  return config;
}

/** Reads volumes, claims and pods of all namespaces, and nothing else. @throws UserError when the cluster does not answer */
export async function readCluster(config: KubeConfig): Promise<AuditedCluster> {
  const api = config.makeApiClient(CoreV1Api);
  try {
    const [volumes, claims, pods] = await Promise.all([
      api.listPersistentVolume(),
      api.listPersistentVolumeClaimForAllNamespaces(),
      api.listPodForAllNamespaces(),
    ]);
    return {
      volumes: volumes.items.map(volumeOf),
      claims: claims.items.map(claimOf),
      mounted: new Set(pods.items.flatMap(mountedBy)),
    };
  } catch (error) {
    const server = config.getCurrentCluster()?.server ?? "no cluster";
    throw new UserError(`cannot list volumes, claims and pods at ${server}`, { cause: explain(error) });
  }
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: Date;
  readonly deletionTimestamp?: Date;
}

/** The parts of a PersistentVolume that are read; field names are those of the Kubernetes API. */
interface VolumeObject {
  readonly metadata?: Metadata;
  readonly spec?: {
    readonly storageClassName?: string;
    readonly persistentVolumeReclaimPolicy?: string;
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
    readonly csi?: { readonly volumeAttributes?: Readonly<Record<string, string>> };
  };
  readonly status?: { readonly phase?: string; readonly lastPhaseTransitionTime?: Date };
}

interface ClaimObject {
  readonly metadata?: Metadata;
  readonly spec?: { readonly storageClassName?: string };
  readonly status?: { readonly phase?: string };
}

interface PodObject {
  readonly metadata?: Metadata;
  readonly spec?: {
    readonly volumes?: readonly {
      readonly name: string;
      readonly persistentVolumeClaim?: { readonly claimName: string };
      readonly ephemeral?: object;
    }[];
  };
  readonly status?: { readonly phase?: string };
}

export function volumeOf({ metadata, spec, status }: VolumeObject): AuditedVolume {
  const { claimRef, csi } = spec ?? {};
  const image = csi?.volumeAttributes?.["imageName"];
  return {
    name: metadata?.name ?? "",
    phase: status?.phase ?? "Pending",
    storageClass: spec?.storageClassName ?? "",
    reclaimPolicy: spec?.persistentVolumeReclaimPolicy ?? "Retain",
    ...(claimRef && { claim: `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}` }),
    since: status?.lastPhaseTransitionTime ?? metadata?.creationTimestamp ?? new Date(0),
    ...(image !== undefined && { image }),
  };
}

export function claimOf({ metadata, spec, status }: ClaimObject): AuditedClaim {
  const [[label, value] = ["", ""]] = Object.entries(keptClaimLabels);
  return {
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    phase: status?.phase ?? "Pending",
    storageClass: spec?.storageClassName ?? "",
    created: metadata?.creationTimestamp ?? new Date(0),
    ...(metadata?.deletionTimestamp && { deleted: metadata.deletionTimestamp }),
    kept: metadata?.labels?.[label] === value,
  };
}

/** Claims of a pod that has not ended; those of its ephemeral volumes are named after pod and volume. */
export function mountedBy({ metadata, spec, status }: PodObject): string[] {
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return [];
  const { namespace = "", name = "" } = metadata ?? {};
  return (spec?.volumes ?? []).flatMap((volume) => {
    const claim = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${name}-${volume.name}`);
    return claim === undefined ? [] : [`${namespace}/${claim}`];
  });
}
