import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { createCephObject } from "./ceph-object";
import {
  blockPoolSpec,
  type BlockPoolArgs,
  type FilesystemArgs,
  filesystemSpec,
  type InternalClusterArgs,
  internalClusterSpec,
  subvolumeGroupSpec,
} from "./ceph-specs";

export interface InternalCephArgs {
  /** Namespace of the operator, where the cluster lies too. */
  readonly namespace: pulumi.Input<string>;
  readonly cluster: InternalClusterArgs;
  /** Pools of block volumes by name. **A removed pool is deleted with all volumes in it.** */
  readonly blockPools: Readonly<Record<string, BlockPoolArgs>>;
  readonly filesystem: FilesystemArgs & { readonly name: string };
  /** Refuse to delete cluster, pools and file system. */
  readonly protect: boolean;
}

/**
 * A Ceph cluster on disks of this Kubernetes cluster, with its pools and a file system. Each part waits until Rook calls it ready. It needs
 * Rook's operator and the CSI drivers.
 *
 * ```ts
 * new InternalCeph("ceph", { namespace: "rook-ceph", cluster, blockPools: { replicapool: { failureDomain: "host", size: 3 } }, filesystem, protect: true });
 * ```
 */
export class InternalCeph extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly cluster: k8s.apiextensions.CustomResource;
    /** By pool. */
    readonly blockPools: Readonly<Record<string, k8s.apiextensions.CustomResource>>;
    readonly filesystem: k8s.apiextensions.CustomResource;
    readonly subvolumeGroup: k8s.apiextensions.CustomResource;
  };

  public constructor(name: string, args: InternalCephArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:InternalCeph", name, { image: args.cluster.image }, opts);

    const { namespace, protect } = args;
    const shared = { namespace, phase: "Ready", protect } as const;
    const cluster = createCephObject(
      `${name}-cluster`,
      { ...shared, kind: "CephCluster", name: clusterName, spec: internalClusterSpec(args.cluster) },
      { parent: this },
    );
    const inCluster: pulumi.CustomResourceOptions = { parent: this, dependsOn: [cluster] };
    const blockPools = Object.entries(args.blockPools).map(([pool, spec]) => {
      const made = { ...shared, kind: "CephBlockPool", name: pool, spec: blockPoolSpec(spec) } as const;
      return [pool, createCephObject(`${name}-${pool}`, made, inCluster)] as const;
    });
    const { name: filesystemName, ...filesystemArgs } = args.filesystem;
    const filesystem = createCephObject(
      `${name}-${filesystemName}`,
      { ...shared, kind: "CephFilesystem", name: filesystemName, spec: filesystemSpec(filesystemArgs) },
      inCluster,
    );
    const subvolumeGroup = createCephObject(
      `${name}-${filesystemName}-csi`,
      {
        ...shared,
        kind: "CephFilesystemSubVolumeGroup",
        name: `${filesystemName}-csi`,
        spec: subvolumeGroupSpec(filesystemName),
      },
      { parent: this, dependsOn: [filesystem] },
    );

    this.nodes = { cluster, blockPools: Object.fromEntries(blockPools), filesystem, subvolumeGroup };
    this.registerOutputs({});
  }
}

/** Rook's own examples, tools and dashboards expect this name. */
const clusterName = "rook-ceph";
