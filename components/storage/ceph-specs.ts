import type { Resources, Toleration } from "../pod";

/** Which disks Ceph takes, and **erases**. */
export interface DeviceChoice {
  readonly useAllDevices?: boolean;
  /** Regular expression over device names. */
  readonly deviceFilter?: string;
  readonly devices?: readonly string[];
}

export interface InternalClusterArgs {
  readonly image: string;
  /** Folder of each node for the monitors' data; one that is left over from another cluster keeps monitors from starting. */
  readonly dataDirHostPath: string;
  readonly monitors: number;
  readonly managers: number;
  readonly storage: DeviceChoice & {
    readonly useAllNodes: boolean;
    readonly nodes: Readonly<Record<string, DeviceChoice>>;
  };
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly resources: Readonly<Record<"mon" | "mgr" | "osd", Resources>>;
  /** Whether to make ServiceMonitors. */
  readonly monitoring: boolean;
  /** Labels of the ServiceMonitors, where Prometheus selects them by some. @default none */
  readonly monitorLabels?: Readonly<Record<string, string>>;
}

type Spec = Readonly<Record<string, unknown>>;

/** `spec` of the CephCluster whose disks are in this Kubernetes cluster. */
export function internalClusterSpec(args: InternalClusterArgs): Spec {
  const { image, dataDirHostPath, monitors, managers, storage, resources, monitoring } = args;
  const placement = placementOf(args);
  return {
    cephVersion: { image },
    dataDirHostPath,
    mon: { count: monitors, allowMultiplePerNode: false },
    mgr: { count: managers, allowMultiplePerNode: false },
    // Ceph 20.2.4 would give drivers keys that kernels before 7.0 cannot read.
    security: { cephx: { csi: { keyType: "aes" } } },
    monitoring: { enabled: monitoring },
    ...(args.monitorLabels && { labels: { monitoring: { ...args.monitorLabels } } }),
    crashCollector: { disable: false },
    priorityClassNames: { mon: "system-node-critical", osd: "system-node-critical", mgr: "system-cluster-critical" },
    resources,
    ...(placement && { placement: { all: placement } }),
    storage: {
      useAllNodes: storage.useAllNodes,
      ...devices({ useAllDevices: false, ...storage }),
      nodes: Object.entries(storage.nodes).map(([name, choice]) => ({ name, ...devices(choice) })),
    },
    disruptionManagement: { managePodBudgets: true },
  };
}

function devices({ useAllDevices, deviceFilter, devices: names }: DeviceChoice): Spec {
  return {
    ...(useAllDevices !== undefined && { useAllDevices }),
    ...(deviceFilter !== undefined && { deviceFilter }),
    ...(names && { devices: names.map((name) => ({ name })) }),
  };
}

function placementOf({ nodeSelector, tolerations }: InternalClusterArgs): Spec | undefined {
  if (!nodeSelector && !tolerations) return undefined;
  const matchExpressions = Object.entries(nodeSelector ?? {}).map(([key, value]) => ({
    key,
    operator: "In",
    values: [value],
  }));
  return {
    ...(matchExpressions.length > 0 && {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
    }),
    ...(tolerations && { tolerations: tolerations.map((toleration) => ({ ...toleration })) }),
  };
}

/** `spec` of the CephCluster that stands for one elsewhere. Source: `deploy/examples/external/cluster-external.yaml` of Rook 1.20.6. */
export function externalClusterSpec(metrics?: { readonly address: string; readonly port: number }): Spec {
  return {
    external: { enable: true },
    crashCollector: { disable: true },
    healthCheck: { daemonHealth: { mon: { disabled: false, interval: "45s" } } },
    ...(metrics && {
      monitoring: {
        enabled: true,
        externalMgrEndpoints: [{ ip: metrics.address }],
        externalMgrPrometheusPort: metrics.port,
      },
    }),
  };
}

export interface PoolArgs {
  readonly failureDomain: string;
  readonly size: number;
  /** @default any disk */
  readonly deviceClass?: string;
}

export interface BlockPoolArgs extends PoolArgs {
  /** Most bytes that volumes may hold together, before replicas. @default as many as fit */
  readonly maxSize?: string;
  /** @default Ceph's, none */
  readonly compressionMode?: string;
  /** Share of the cluster that the pool is going to have, so that it gets its placement groups at once. @default Ceph grows them */
  readonly targetSizeRatio?: string;
}

/** `spec` of a CephBlockPool. */
export function blockPoolSpec({ maxSize, compressionMode, targetSizeRatio, ...pool }: BlockPoolArgs): Spec {
  const parameters = {
    ...(compressionMode !== undefined && { compression_mode: compressionMode }),
    ...(targetSizeRatio !== undefined && { target_size_ratio: targetSizeRatio }),
  };
  return {
    ...replicated(pool),
    ...(maxSize !== undefined && { quotas: { maxSize } }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
  };
}

/** One copy is never enough, whatever `size` says: `requireSafeReplicaSize` makes Ceph refuse it. */
function replicated({ failureDomain, size, deviceClass }: PoolArgs): Spec {
  return {
    failureDomain,
    ...(deviceClass !== undefined && { deviceClass }),
    replicated: { size, requireSafeReplicaSize: true },
  };
}

export interface FilesystemArgs extends PoolArgs {
  readonly dataPool: string;
  readonly activeCount: number;
  readonly activeStandby: boolean;
  /** Keeps the data when the custom resource is deleted. */
  readonly preserveOnDelete: boolean;
  readonly resources: Resources;
}

/** `spec` of a CephFilesystem with one data pool. */
export function filesystemSpec(args: FilesystemArgs): Spec {
  const { dataPool, activeCount, activeStandby, preserveOnDelete, resources, ...pool } = args;
  return {
    metadataPool: replicated(pool),
    dataPools: [{ name: dataPool, ...replicated(pool) }],
    preserveFilesystemOnDelete: preserveOnDelete,
    metadataServer: {
      activeCount,
      activeStandby,
      priorityClassName: "system-cluster-critical",
      resources,
      // Two on one node would fail together.
      placement: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["rook-ceph-mds"] }] },
              topologyKey: "kubernetes.io/hostname",
            },
          ],
        },
      },
    },
  };
}

/** `spec` of the group in which the CephFS driver makes its volumes; Rook's drivers expect it under the name `csi`. */
export function subvolumeGroupSpec(filesystem: string): Spec {
  return { name: "csi", filesystemName: filesystem, pinning: { distributed: 1 } };
}
