import type * as pulumi from "@pulumi/pulumi";

import type { Secrets } from "../stacks/secrets";
import type { Settings } from "../stacks/settings";
import type { RookSettings, StorageSettings } from "../stacks/storage/schema";
import { createNamespacePullSecret } from "./namespace/pull-secret";
import { TrustNamespace } from "./namespace/trust-namespace";
import { runnerNamespaces } from "./runner-namespaces";
import { storageClasses } from "./storage/classes-from-settings";
import { RookCeph } from "./storage/rook-ceph";
import { rookCephArgs } from "./storage/rook-from-settings";
import { StorageAlerts } from "./storage/storage-alerts";
import { StorageClasses } from "./storage/storage-classes";
import { WarmUpClaim } from "./storage/warm-up-claim";

/** The storage that this program makes. */
export interface Storage {
  /** What must be there before anybody asks for a volume, and outlive the volumes. */
  readonly ready: pulumi.Resource[];
  readonly classes: StorageClasses;
  readonly rook?: { readonly namespace: TrustNamespace; readonly ceph: RookCeph };
  readonly warmUp?: WarmUpClaim;
}

/** Classes, and what stands behind them; nothing where somebody else made them. */
export function createStorage(
  settings: Settings,
  secrets: Secrets,
  opts: pulumi.ComponentResourceOptions,
): Storage | undefined {
  const { storage } = settings;
  if (storage.backend === "existing") return undefined;
  const rook =
    storage.backend === "rook" && storage.rook ? createRook(settings, storage.rook, secrets, opts) : undefined;
  const classes = new StorageClasses(
    "storage-classes",
    {
      classes: storageClasses(storage),
      ...(storage.defaultClass !== undefined && { defaultClass: storage.classes[storage.defaultClass] }),
    },
    { ...opts, ...(rook && { dependsOn: [rook.ceph] }) },
  );
  const warmUp = rook && storage.rook && createWarmUp(storage, storage.rook, rook.namespace, classes, opts);
  return {
    ready: [...(rook ? [rook.ceph] : []), classes, ...(warmUp ? [warmUp] : [])],
    classes,
    ...(rook && { rook }),
    ...(warmUp && { warmUp }),
  };
}

function createRook(
  settings: Settings,
  rook: RookSettings,
  secrets: Secrets,
  opts: pulumi.ComponentResourceOptions,
): NonNullable<Storage["rook"]> {
  const { images, registry, monitoring, production, storage } = settings;
  const namespace = new TrustNamespace(
    "storage",
    {
      namespace: rook.namespace,
      // OSDs open the disks of their node, and the drivers mount on it.
      podSecurity: "privileged",
      podSecurityVersion: settings.kubernetes.version,
      network: { egressPorts: settings.network.apiServerPorts, blockedCidrs: settings.network.blockedCidrs },
    },
    opts,
  );
  const credentials = createNamespacePullSecret("storage-pull-secret", registry, secrets, namespace.namespace, {
    parent: namespace,
  });
  const args = rookCephArgs(rook, {
    mirror: images.mirror,
    imagePullPolicy: images.pullPolicy,
    pullSecret: registry.pullSecret,
    ...(monitoring.podMonitors && { metricsFromNamespace: monitoring.namespace, monitorLabels: monitoring.ruleLabels }),
    retained: storage.classes.retained !== undefined,
    protect: production,
    externalCeph: secrets.externalCeph,
  });
  const ceph = new RookCeph(
    "rook",
    { ...args, namespace: namespace.namespace },
    { ...opts, dependsOn: [namespace, ...credentials] },
  );
  return { namespace, ceph };
}

/** RBD's volumes are made at once; those of the other backends wait for a pod, so that no claim could prove anything. */
function createWarmUp(
  { classes: { block } }: StorageSettings,
  { warmUp: { enabled, size } }: RookSettings,
  { namespace }: TrustNamespace,
  classes: StorageClasses,
  opts: pulumi.ComponentResourceOptions,
): WarmUpClaim | undefined {
  if (!enabled) return undefined;
  const args = { namespace, storageClassName: block, size };
  return new WarmUpClaim("storage-warm-up", args, { ...opts, dependsOn: [classes] });
}

/** The alerts about volumes and, with Rook, about Ceph; none unless settings ask for them and there are metrics. */
export function createStorageAlerts(
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): StorageAlerts | undefined {
  const { monitoring, namespaces, storage } = settings;
  const { kubeStateMetricsNamespace, runbookBaseUrl, ruleLabels } = monitoring;
  if (!monitoring.prometheusRules) return undefined;
  const volumes = kubeStateMetricsNamespace !== undefined;
  const ceph = cephMetrics(settings);
  if (!volumes && !ceph) return undefined;
  const { block, shared } = storage.classes;
  return new StorageAlerts(
    "storage-alerts",
    {
      namespace: namespaces.controller,
      ...(volumes && { volumes: { classes: [block, shared], namespaces: claimNamespaces(settings) } }),
      ...(ceph && { ceph }),
      thresholds: storage.alerts,
      ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      ...(ruleLabels && { labels: ruleLabels }),
    },
    opts,
  );
}

/** Ceph's own metrics: of an internal cluster always, of an external one where its manager is named. */
function cephMetrics({ storage }: Settings): { readonly namespace: string; readonly pool?: string } | undefined {
  const { backend, rook } = storage;
  if (backend !== "rook" || !rook) return undefined;
  const { namespace, cluster, blockPool } = rook;
  if (cluster.kind === "external") return cluster.metrics && { namespace };
  return { namespace, ...(blockPool.maxSize !== undefined && { pool: blockPool.name }) };
}

/** Namespaces with claims of runners; a Docker daemon's set has none. */
function claimNamespaces(settings: Settings): string[] {
  return runnerNamespaces(settings)
    .filter(({ args }) => args.workflowServiceAccount !== undefined)
    .map(({ args }) => args.namespace);
}
