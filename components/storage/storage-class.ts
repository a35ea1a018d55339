/** A StorageClass as plain data; field names and meaning are those of the Kubernetes API (storage/v1). */
export interface StorageClassSpec {
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** What becomes of a volume whose claim is deleted: volumes of jobs go with it, others are kept until somebody decides. */
  readonly reclaimPolicy: "Delete" | "Retain";
  /** `WaitForFirstConsumer` where a volume belongs to one node or zone: it is made where its pod comes to lie. */
  readonly volumeBindingMode: "Immediate" | "WaitForFirstConsumer";
  readonly allowVolumeExpansion: boolean;
}

type ReclaimPolicy = StorageClassSpec["reclaimPolicy"];

/** Name of a driver of ceph-csi under Rook: the prefix **must** be the operator's namespace, or no driver answers to it. */
export function cephDriver(operatorNamespace: string, kind: "rbd" | "cephfs"): string {
  return `${operatorNamespace}.${kind}.csi.ceph.com`;
}

export interface RbdClassArgs {
  /** Namespace of operator and cluster, which is one. */
  readonly namespace: string;
  readonly pool: string;
  readonly imageFeatures: readonly string[];
  readonly fsType: string;
  readonly reclaimPolicy: ReclaimPolicy;
}

/** Block volumes of Ceph: one node at a time. */
export function rbdClass({ namespace, pool, imageFeatures, fsType, reclaimPolicy }: RbdClassArgs): StorageClassSpec {
  return {
    provisioner: cephDriver(namespace, "rbd"),
    parameters: {
      clusterID: namespace,
      pool,
      imageFormat: "2",
      imageFeatures: imageFeatures.join(","),
      ...cephSecrets(namespace, "rbd"),
      "csi.storage.k8s.io/fstype": fsType,
    },
    reclaimPolicy,
    volumeBindingMode: "Immediate",
    allowVolumeExpansion: true,
  };
}

export interface CephFsClassArgs {
  readonly namespace: string;
  readonly filesystem: string;
  /** Name of the data pool inside the file system; Ceph's own name for it is `<filesystem>-<pool>`. */
  readonly pool: string;
}

/** File volumes of Ceph: many pods on many nodes. */
export function cephFsClass({ namespace, filesystem, pool }: CephFsClassArgs): StorageClassSpec {
  return {
    provisioner: cephDriver(namespace, "cephfs"),
    parameters: {
      clusterID: namespace,
      fsName: filesystem,
      pool: `${filesystem}-${pool}`,
      ...cephSecrets(namespace, "cephfs"),
    },
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
    allowVolumeExpansion: true,
  };
}

/** Which Secret each call of the driver takes. Source: `deploy/examples/csi/{rbd,cephfs}/storageclass.yaml` of Rook 1.20.6. */
function cephSecrets(namespace: string, kind: "rbd" | "cephfs"): Record<string, string> {
  const secrets = {
    provisioner: `rook-csi-${kind}-provisioner`,
    "controller-expand": `rook-csi-${kind}-provisioner`,
    "controller-publish": `rook-csi-${kind}-provisioner`,
    "node-stage": `rook-csi-${kind}-node`,
  };
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([stem, name]) => [
      [`csi.storage.k8s.io/${stem}-secret-name`, name],
      [`csi.storage.k8s.io/${stem}-secret-namespace`, namespace],
    ]),
  );
}

export interface Gp3ClassArgs {
  /** @default what a gp3 volume has anyway, 3000 */
  readonly iops?: number;
  /** @default what a gp3 volume has anyway, 125 */
  readonly throughputMiBps?: number;
  readonly encrypted: boolean;
  /** @default the account's own key for EBS */
  readonly kmsKeyArn?: string;
  readonly reclaimPolicy: ReclaimPolicy;
}

/** Disks of AWS: they belong to a zone, so they are made where their pod comes to lie. */
export function gp3Class(args: Gp3ClassArgs): StorageClassSpec {
  const { iops, throughputMiBps, encrypted, kmsKeyArn, reclaimPolicy } = args;
  return {
    provisioner: "ebs.csi.aws.com",
    parameters: {
      type: "gp3",
      ...(iops !== undefined && { iops: String(iops) }),
      ...(throughputMiBps !== undefined && { throughput: String(throughputMiBps) }),
      encrypted: String(encrypted),
      ...(kmsKeyArn !== undefined && { kmsKeyId: kmsKeyArn }),
      "csi.storage.k8s.io/fstype": "ext4",
    },
    reclaimPolicy,
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
}

/** A folder of an EFS file system behind an access point of its own, which decides the user: jobs need not agree on one. */
export function efsClass(fileSystemId: string): StorageClassSpec {
  return {
    provisioner: "efs.csi.aws.com",
    parameters: { provisioningMode: "efs-ap", fileSystemId, directoryPerms: "700" },
    reclaimPolicy: "Delete",
    volumeBindingMode: "Immediate",
    // Its size means nothing: an EFS file system has no end.
    allowVolumeExpansion: false,
  };
}

export interface LocalClassArgs {
  readonly provisioner: string;
  /** @default none */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Whether volumes can be used from every node. */
  readonly shared: boolean;
  readonly reclaimPolicy: ReclaimPolicy;
}

/** Volumes of a provisioner that is in the cluster already. */
export function localClass({ provisioner, parameters, shared, reclaimPolicy }: LocalClassArgs): StorageClassSpec {
  return {
    provisioner,
    ...(parameters && { parameters }),
    reclaimPolicy,
    // What every node can reach depends on no node.
    volumeBindingMode: shared ? "Immediate" : "WaitForFirstConsumer",
    allowVolumeExpansion: false,
  };
}
