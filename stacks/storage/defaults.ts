import { isObject } from "../merge";

/** What every environment has; classes are those that defaults of scale sets name. */
const shared = {
  backend: "existing",
  classes: { block: "rook-ceph-block", shared: "rook-cephfs" },
  alerts: { claimPendingMinutes: 10, volumeReleasedMinutes: 30, poolQuotaPercent: 80 },
};

const sized = (cpu: string, memory: string, limit: string) => ({
  requests: { cpu, memory },
  limits: { memory: limit },
});

/**
 * Rook 1.20.6 with the images that its operator chart names. Charts: operator and drivers chart come from different repositories; the
 * drivers chart's number is the one that Rook 1.20.6 installs in its own tests and whose sibling its operator chart depends on (the chart's
 * source says 0.2.0 at every tag, a release writes its own number over that). Resources of daemons are those of Rook's cluster chart, and
 * those of the CSI programs are ours: Rook leaves them open, and a burst of claims has exhausted them (rook/rook #3381).
 */
const rook = {
  namespace: "rook-ceph",
  charts: {
    operator: { chart: "rook-ceph", repository: "https://charts.rook.io/release", version: "v1.20.6" },
    drivers: {
      chart: "ceph-csi-drivers",
      repository: "https://ceph.github.io/ceph-csi-operator",
      version: "1.0.4",
    },
  },
  images: {
    operator: "docker.io/rook/ceph:v1.20.6",
    ceph: "quay.io/ceph/ceph:v20.2.4",
    cephCsi: "quay.io/cephcsi/cephcsi:v3.17.0",
    registrar: "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.17.0",
    provisioner: "registry.k8s.io/sig-storage/csi-provisioner:v6.2.0",
    attacher: "registry.k8s.io/sig-storage/csi-attacher:v4.12.0",
    resizer: "registry.k8s.io/sig-storage/csi-resizer:v2.1.0",
    snapshotter: "registry.k8s.io/sig-storage/csi-snapshotter:v8.5.0",
  },
  resources: sized("200m", "128Mi", "512Mi"),
  cluster: {
    kind: "internal",
    dataDirHostPath: "/var/lib/rook",
    monitors: 3,
    managers: 2,
    failureDomain: "host",
    useAllNodes: false,
    nodes: {},
    resources: {
      mon: sized("1000m", "1Gi", "2Gi"),
      mgr: sized("500m", "512Mi", "1Gi"),
      osd: sized("1000m", "4Gi", "4Gi"),
    },
  },
  blockPool: {
    name: "replicapool",
    size: 3,
    allowScratchSize2: false,
    // The worst case of the seven sets (40 runners of 15 GiB) and as much again for leaks until somebody acts; logical, before replicas.
    maxSize: "1200Gi",
    compressionMode: "none",
  },
  retainedPool: { name: "retained", size: 3 },
  filesystem: {
    name: "myfs",
    dataPool: "replicated",
    size: 3,
    activeCount: 1,
    activeStandby: true,
    preserveOnDelete: true,
    resources: sized("1000m", "4Gi", "4Gi"),
  },
  provisioner: {
    replicas: 2,
    // The side-cars' own 5 requests a second are fewer than two volumes a second.
    qps: 50,
    burst: 100,
    resources: { plugin: sized("100m", "256Mi", "1Gi"), sidecars: sized("20m", "64Mi", "512Mi") },
  },
  // Kernel 5.4 and later; object-map and fast-diff make deletes fast, which is what short-lived volumes need.
  imageFeatures: ["layering", "fast-diff", "object-map", "deep-flatten", "exclusive-lock"],
  fsType: "ext4",
  warmUp: { enabled: true, size: "1Gi" },
};

const backends: Readonly<Record<string, object>> = {
  rook: { rook },
  ebs: { ebs: { gp3: { encrypted: true }, efs: {} } },
};

/**
 * The defaults of the section, with those of the backend that the layers choose: an environment on other disks neither has Rook's settings
 * nor pins its images.
 */
export function storageDefaults(layers: readonly unknown[]): object {
  const chosen = layers
    .map((layer) => (isObject(layer) && isObject(layer["storage"]) ? layer["storage"]["backend"] : undefined))
    .filter((backend) => typeof backend === "string")
    .at(-1);
  const own = chosen !== undefined && Object.hasOwn(backends, chosen) ? backends[chosen] : {};
  return { storage: { ...shared, ...own } };
}
