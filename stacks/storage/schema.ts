import { z } from "zod";

import {
  absolutePath,
  dnsLabel,
  helmChart,
  image,
  listOf,
  mapOf,
  matching,
  nodeLabels,
  oneOf,
  port,
  quantity,
  resources,
  text,
  toleration,
  whole,
  yesOrNo,
} from "../schema";

/**
 * Where volumes come from:
 * - `rook`: Ceph, run by Rook in the cluster or beside it;
 * - `ebs`: the disks of AWS, and EFS for what many pods share;
 * - `local`: a provisioner that is already there, such as the sandbox's;
 * - `existing`: classes that somebody else made; nothing is made here.
 */
export const storageBackends = ["rook", "ebs", "local", "existing"] as const;

/** Keys of `classes`. */
export const classKeys = ["block", "shared", "retained"] as const;

const className = matching(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, "the name of a StorageClass");
const chart = helmChart(matching(/^v?\d+\.\d+\.\d+$/, "a chart version such as v1.20.6"));
const poolName = matching(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, "the name of a Ceph pool");
const deviceClass = matching(/^[\w-]+$/, "a device class of Ceph such as nvme, ssd or hdd");
const replicas = whole(2, 9);

/** Which disks of a node Ceph takes: all that it may take are **erased**. */
const devices = {
  useAllDevices: yesOrNo.optional(),
  deviceFilter: text("a regular expression over names of devices, such as ^nvme").optional(),
  devices: listOf(text("the name of a device, or /dev/disk/by-id/..."), "a list of devices").optional(),
};

const clusterSchema = z.strictObject({
  kind: oneOf(["internal", "external"]),
  dataDirHostPath: absolutePath,
  monitors: whole(1, 9),
  managers: whole(1, 2),
  failureDomain: matching(/^[\w-]+$/, "a level of the CRUSH map such as host, rack or zone"),
  /** All nodes of the cluster, or those below `nodes` alone. */
  useAllNodes: yesOrNo,
  useAllDevices: devices.useAllDevices,
  deviceFilter: devices.deviceFilter,
  nodes: mapOf(z.strictObject(devices), "names of nodes with their devices"),
  nodeSelector: nodeLabels.optional(),
  tolerations: listOf(toleration, "a list of tolerations").optional(),
  resources: z.strictObject({ mon: resources, mgr: resources, osd: resources }),
  /** Of an external cluster: where its manager serves metrics. */
  metrics: z.strictObject({ address: matching(/^[0-9a-fA-F.:]+$/, "an IP address"), port }).optional(),
});

const rookSchema = z.strictObject({
  namespace: dnsLabel,
  charts: z.strictObject({ operator: chart, drivers: chart }),
  images: z.strictObject({
    operator: image,
    ceph: image,
    cephCsi: image,
    registrar: image,
    provisioner: image,
    attacher: image,
    resizer: image,
    snapshotter: image,
  }),
  resources,
  cluster: clusterSchema,
  blockPool: z.strictObject({
    name: poolName,
    size: replicas,
    allowScratchSize2: yesOrNo,
    deviceClass: deviceClass.optional(),
    maxSize: quantity.optional(),
    compressionMode: oneOf(["none", "passive", "aggressive", "force"]),
    targetSizeRatio: matching(/^(0?\.\d+|1|0)$/, 'a share from 0 to 1 in quotes, such as ".5"').optional(),
  }),
  retainedPool: z.strictObject({ name: poolName, size: replicas, deviceClass: deviceClass.optional() }),
  filesystem: z.strictObject({
    name: dnsLabel,
    dataPool: poolName,
    size: replicas,
    deviceClass: deviceClass.optional(),
    activeCount: whole(1, 9),
    activeStandby: yesOrNo,
    preserveOnDelete: yesOrNo,
    resources,
  }),
  provisioner: z.strictObject({
    replicas: whole(1, 5),
    qps: whole(1, 1000),
    burst: whole(1, 2000),
    resources: z.strictObject({ plugin: resources, sidecars: resources }),
  }),
  imageFeatures: listOf(
    oneOf(["layering", "fast-diff", "object-map", "deep-flatten", "exclusive-lock"]),
    "a list of features of RBD images",
  ),
  fsType: oneOf(["ext4", "xfs"]),
  warmUp: z.strictObject({ enabled: yesOrNo, size: quantity }),
});

/** The settings section `storage`. What follows from several settings together is judged in checks.ts. */
export const storageSchema = z.strictObject({
  backend: oneOf(storageBackends),
  classes: z.strictObject({ block: className, shared: className, retained: className.optional() }),
  defaultClass: z
    .enum(classKeys, {
      error: "block, shared or retained, and one alone: a claim that names no class gets the default one",
    })
    .optional(),
  rook: rookSchema.optional(),
  ebs: z
    .strictObject({
      gp3: z.strictObject({
        iops: whole(3000, 80_000).optional(),
        throughputMiBps: whole(125, 2000).optional(),
        encrypted: yesOrNo,
        kmsKeyArn: matching(/^arn:aws[\w-]*:kms:[\w-]+:\d{12}:(key|alias)\/\S+$/, "the ARN of a KMS key").optional(),
      }),
      efs: z.strictObject({ fileSystemId: matching(/^fs-[0-9a-f]{8,40}$/, "the id of an EFS file system").optional() }),
    })
    .optional(),
  local: z
    .strictObject({
      provisioner: text("the name of the provisioner").optional(),
      sharedParameters: mapOf(z.string({ error: "the value of a parameter, in quotes" }), "parameters").optional(),
    })
    .optional(),
  alerts: z.strictObject({
    claimPendingMinutes: whole(1, 1440),
    volumeReleasedMinutes: whole(1, 10_080),
    poolQuotaPercent: whole(1, 99),
  }),
});

export type StorageSettings = z.output<typeof storageSchema>;
export type RookSettings = NonNullable<StorageSettings["rook"]>;
export type EbsSettings = NonNullable<StorageSettings["ebs"]>;
export type LocalStorageSettings = NonNullable<StorageSettings["local"]>;
export type CephClusterSettings = z.output<typeof clusterSchema>;
