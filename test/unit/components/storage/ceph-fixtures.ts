import type { RookCephArgs } from "../../../../components/storage/rook-ceph";

const small = { requests: { cpu: "10m", memory: "16Mi" } };

/** A key of the form that Ceph's keys have; the bytes mean nothing. */
export const cephKey = Buffer.alloc(28, 7).toString("base64");

const user = (name: string, userID: string) => ({ name, kind: "Secret", data: { userID, userKey: cephKey } });

/** What the script of the Ceph side prints, in full. */
export const handover = [
  { name: "external-cluster-user-command", kind: "ConfigMap", data: { args: "--rbd-data-pool-name replicapool" } },
  {
    name: "rook-ceph-mon-endpoints",
    kind: "ConfigMap",
    data: { data: "a=10.20.0.1:6789,b=[fd00::2]:3300", maxMonId: "0", mapping: "{}" },
  },
  {
    name: "rook-ceph-mon",
    kind: "Secret",
    data: { "admin-secret": "admin-secret", fsid: "c47cac40-9bee-4d52-823b-ccd803ba5bfe", "mon-secret": "mon-secret" },
  },
  user("rook-ceph-operator-creds", "client.healthchecker"),
  user("rook-csi-rbd-node", "csi-rbd-node"),
  user("rook-csi-rbd-provisioner", "csi-rbd-provisioner"),
  user("rook-csi-cephfs-provisioner", "csi-cephfs-provisioner"),
  user("rook-csi-cephfs-node", "csi-cephfs-node"),
  { name: "ceph-rbd", kind: "StorageClass", data: { pool: "replicapool" } },
] as const;

export const internalCeph = {
  kind: "internal",
  cluster: {
    image: "quay.io/ceph/ceph:v20.2.4",
    dataDirHostPath: "/var/lib/rook",
    monitors: 3,
    managers: 2,
    storage: {
      useAllNodes: false,
      nodes: {
        "node-1": { devices: ["/dev/disk/by-id/nvme-1"] },
        "node-2": { deviceFilter: "^nvme" },
        "node-3": { useAllDevices: true },
      },
    },
    resources: { mon: small, mgr: small, osd: small },
    monitoring: false,
  },
  blockPools: {
    replicapool: { failureDomain: "host", size: 3, maxSize: "1200Gi", compressionMode: "none", deviceClass: "nvme" },
    retained: { failureDomain: "host", size: 3 },
  },
  filesystem: {
    name: "myfs",
    failureDomain: "host",
    size: 3,
    dataPool: "replicated",
    activeCount: 1,
    activeStandby: true,
    preserveOnDelete: true,
    resources: small,
  },
  protect: false,
} as const;

export const rookArgs: RookCephArgs = {
  namespace: "rook-ceph",
  operatorChart: { chart: "rook-ceph", repository: "https://charts.example.com", version: "v1.20.6" },
  driversChart: { chart: "folder" },
  operator: {
    images: {
      operator: "rook/ceph:1",
      cephCsi: "cephcsi:1",
      registrar: "registrar:1",
      provisioner: "provisioner:1",
      attacher: "attacher:1",
      resizer: "resizer:1",
      snapshotter: "snapshotter:1",
    },
    imagePullPolicy: "IfNotPresent",
    resources: small,
    monitoring: false,
  },
  drivers: {
    namespace: "rook-ceph",
    replicas: 2,
    qps: 50,
    burst: 100,
    pluginResources: small,
    sidecarResources: small,
    imagePullPolicy: "IfNotPresent",
  },
  network: { internal: true },
  ceph: internalCeph,
};
