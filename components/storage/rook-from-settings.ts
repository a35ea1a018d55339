import type * as pulumi from "@pulumi/pulumi";

import type { RookSettings } from "../../stacks/storage/schema";
import { imageReference } from "../image";
import type { PoolArgs } from "./ceph-specs";
import type { CephArgs, RookCephArgs } from "./rook-ceph";

/** What Rook must know besides its own settings. */
export interface RookContext {
  /** Registry prefix before every image. @default none */
  readonly mirror?: string;
  readonly imagePullPolicy: string;
  /** Secret with registry credentials, in Rook's namespace. @default none */
  readonly pullSecret?: string;
  /** Namespace of Prometheus. @default nobody scrapes */
  readonly metricsFromNamespace?: string;
  /** Labels by which Prometheus selects monitors. @default none */
  readonly monitorLabels?: Readonly<Record<string, string>>;
  /** Whether a retained class, and so its pool, is wanted. */
  readonly retained: boolean;
  readonly protect: boolean;
  /** What the Ceph side of an external cluster handed over; a secret. */
  readonly externalCeph?: pulumi.Output<string>;
}

/** Arguments of `RookCeph` from settings, which have been checked. */
export function rookCephArgs(rook: RookSettings, context: RookContext): Omit<RookCephArgs, "namespace"> {
  const { mirror, imagePullPolicy, pullSecret, metricsFromNamespace } = context;
  const { cluster, provisioner } = rook;
  const { ceph, ...images } = mirrored(rook.images, mirror);
  const internal = cluster.kind === "internal";
  return {
    operatorChart: rook.charts.operator,
    driversChart: rook.charts.drivers,
    operator: {
      images,
      imagePullPolicy,
      resources: rook.resources,
      monitoring: metricsFromNamespace !== undefined,
      pullSecret,
    },
    drivers: {
      namespace: rook.namespace,
      replicas: provisioner.replicas,
      qps: provisioner.qps,
      burst: provisioner.burst,
      pluginResources: provisioner.resources.plugin,
      sidecarResources: provisioner.resources.sidecars,
      imagePullPolicy,
      pullSecret,
    },
    network: { internal, metricsFromNamespace },
    ceph: internal ? internalCeph(rook, ceph, context) : externalCeph(rook, context),
  };
}

function mirrored(images: RookSettings["images"], mirror: string | undefined): RookSettings["images"] {
  const entries = Object.entries(images).map(([key, image]) => [key, imageReference(image, mirror)]);
  return Object.fromEntries(entries) as RookSettings["images"];
}

function internalCeph(rook: RookSettings, image: string, context: RookContext): CephArgs {
  const { cluster, blockPool, retainedPool, filesystem } = rook;
  const { dataDirHostPath, monitors, managers, nodeSelector, tolerations, resources, failureDomain } = cluster;
  const { useAllNodes, useAllDevices, deviceFilter, nodes } = cluster;
  const pool = ({ size, deviceClass }: Omit<PoolArgs, "failureDomain">) => ({ failureDomain, size, deviceClass });
  const { maxSize, compressionMode, targetSizeRatio } = blockPool;
  return {
    kind: "internal",
    cluster: {
      image,
      dataDirHostPath,
      monitors,
      managers,
      storage: { useAllNodes, useAllDevices, deviceFilter, nodes },
      nodeSelector,
      tolerations,
      resources,
      monitoring: context.metricsFromNamespace !== undefined,
      monitorLabels: context.monitorLabels,
    },
    blockPools: {
      [blockPool.name]: { ...pool(blockPool), maxSize, compressionMode, targetSizeRatio },
      ...(context.retained && { [retainedPool.name]: pool(retainedPool) }),
    },
    filesystem: { ...filesystem, failureDomain },
    protect: context.protect,
  };
}

/** @throws Error without the hand-over; settings have been checked. */
function externalCeph(
  { namespace, cluster }: RookSettings,
  { externalCeph: handover, protect }: RookContext,
): CephArgs {
  if (!handover) throw new Error("externalCeph passed the checks of settings but is not set");
  return { kind: "external", clusterName: namespace, handover, metrics: cluster.metrics, protect };
}
