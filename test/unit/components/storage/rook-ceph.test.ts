import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { RookCeph, type RookCephArgs } from "../../../../components/storage/rook-ceph";
import { register, type Registrations } from "../../../support/mocks";
import { cephKey, handover, internalCeph, rookArgs } from "./ceph-fixtures";

const kinds = {
  chart: "kubernetes:helm.sh/v4:Chart",
  policy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  secret: "kubernetes:core/v1:Secret",
  configMap: "kubernetes:core/v1:ConfigMap",
  cluster: "kubernetes:ceph.rook.io/v1:CephCluster",
  blockPool: "kubernetes:ceph.rook.io/v1:CephBlockPool",
  filesystem: "kubernetes:ceph.rook.io/v1:CephFilesystem",
  group: "kubernetes:ceph.rook.io/v1:CephFilesystemSubVolumeGroup",
};

const rook = (changes: Partial<RookCephArgs> = {}, preview = false): Promise<Registrations> =>
  register(() => new RookCeph("rook", { ...rookArgs, ...changes }), { preview });

const external = (metrics?: { readonly address: string; readonly port: number }): Partial<RookCephArgs> => ({
  network: { internal: false },
  ceph: {
    kind: "external",
    clusterName: "rook-ceph",
    handover: pulumi.secret(JSON.stringify(handover)),
    metrics,
    protect: true,
  },
});

describe("RookCeph with disks of the cluster", () => {
  const everything = [
    `${kinds.chart} rook-drivers-chart < rook`,
    `${kinds.chart} rook-operator-chart < rook`,
    `${kinds.policy} rook-allow-ceph-clients < rook`,
    `${kinds.policy} rook-allow-within < rook`,
    `${kinds.blockPool} rook-ceph-replicapool < rook-ceph`,
    `${kinds.blockPool} rook-ceph-retained < rook-ceph`,
    `${kinds.cluster} rook-ceph-cluster < rook-ceph`,
    `${kinds.filesystem} rook-ceph-myfs < rook-ceph`,
    `${kinds.group} rook-ceph-myfs-csi < rook-ceph`,
    "runner-platform:index:InternalCeph rook-ceph < rook",
    "runner-platform:index:RookCeph rook",
    "runner-platform:index:RookOperator rook < rook",
  ].sort();

  it("registers charts, policies, cluster, pools and file system, in a preview too", async () => {
    assert.deepEqual((await rook()).list(), everything);
    assert.deepEqual((await rook({}, true)).list(), everything);
  });

  it("makes operator, drivers, cluster, pools and file system in this order", async () => {
    const registrations = await rook();
    const dependencies = (type: string, name: string) => registrations.get(type, name).dependencies;
    assert.deepEqual(dependencies(kinds.chart, "rook-operator-chart"), [
      "rook-allow-ceph-clients",
      "rook-allow-within",
    ]);
    assert.deepEqual(dependencies(kinds.chart, "rook-drivers-chart"), ["rook-operator-chart"]);
    for (const name of ["rook-drivers-chart", "rook-operator-chart"])
      assert.ok(dependencies("runner-platform:index:InternalCeph", "rook-ceph").includes(name), name);
    for (const [type, name] of [
      [kinds.blockPool, "rook-ceph-replicapool"],
      [kinds.filesystem, "rook-ceph-myfs"],
    ] as const)
      assert.ok(dependencies(type, name).includes("rook-ceph-cluster"), name);
    assert.ok(dependencies(kinds.group, "rook-ceph-myfs-csi").includes("rook-ceph-myfs"));
  });

  it("waits for each of Rook's objects to be ready", async () => {
    const objects = (await rook()).all.filter(({ type }) => type.includes("ceph.rook.io"));
    assert.equal(objects.length, 5);
    for (const { name, inputs } of objects) {
      const annotations: unknown = Reflect.get(Object(inputs["metadata"]), "annotations");
      assert.deepEqual(annotations, { "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready" }, name);
    }
  });

  it("gives the cluster the disks that are named, and keys that today's kernels can read", async () => {
    const { spec, metadata } = (await rook()).get(kinds.cluster, "rook-ceph-cluster").inputs;
    const { resources } = internalCeph.cluster;
    assert.equal(Reflect.get(Object(metadata), "namespace"), "rook-ceph");
    assert.deepEqual(spec, {
      cephVersion: { image: "quay.io/ceph/ceph:v20.2.4" },
      dataDirHostPath: "/var/lib/rook",
      mon: { count: 3, allowMultiplePerNode: false },
      mgr: { count: 2, allowMultiplePerNode: false },
      security: { cephx: { csi: { keyType: "aes" } } },
      monitoring: { enabled: false },
      crashCollector: { disable: false },
      priorityClassNames: { mon: "system-node-critical", osd: "system-node-critical", mgr: "system-cluster-critical" },
      resources,
      storage: {
        useAllNodes: false,
        useAllDevices: false,
        nodes: [
          { name: "node-1", devices: [{ name: "/dev/disk/by-id/nvme-1" }] },
          { name: "node-2", deviceFilter: "^nvme" },
          { name: "node-3", useAllDevices: true },
        ],
      },
      disruptionManagement: { managePodBudgets: true },
    });
  });

  it("caps the pool of work volumes, and refuses a single copy everywhere", async () => {
    const registrations = await rook();
    assert.deepEqual(registrations.get(kinds.blockPool, "rook-ceph-replicapool").inputs["spec"], {
      failureDomain: "host",
      deviceClass: "nvme",
      replicated: { size: 3, requireSafeReplicaSize: true },
      quotas: { maxSize: "1200Gi" },
      parameters: { compression_mode: "none" },
    });
    assert.deepEqual(registrations.get(kinds.blockPool, "rook-ceph-retained").inputs["spec"], {
      failureDomain: "host",
      replicated: { size: 3, requireSafeReplicaSize: true },
    });
  });

  it("makes a file system with one data pool, its data kept, its servers apart, and the drivers' group in it", async () => {
    const registrations = await rook();
    const pool = { failureDomain: "host", replicated: { size: 3, requireSafeReplicaSize: true } };
    assert.deepEqual(registrations.get(kinds.filesystem, "rook-ceph-myfs").inputs["spec"], {
      metadataPool: pool,
      dataPools: [{ name: "replicated", ...pool }],
      preserveFilesystemOnDelete: true,
      metadataServer: {
        activeCount: 1,
        activeStandby: true,
        priorityClassName: "system-cluster-critical",
        resources: { requests: { cpu: "10m", memory: "16Mi" } },
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
    });
    assert.deepEqual(registrations.get(kinds.group, "rook-ceph-myfs-csi").inputs["spec"], {
      name: "csi",
      filesystemName: "myfs",
      pinning: { distributed: 1 },
    });
  });

  it("protects and leaves behind what holds data, in production alone", async () => {
    const guarded = async (protect: boolean) =>
      (await rook({ ceph: { ...internalCeph, protect } })).all
        .filter((registration) => registration.protect && registration.retainOnDelete)
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(await guarded(true), [
      "rook-ceph-cluster",
      "rook-ceph-myfs",
      "rook-ceph-myfs-csi",
      "rook-ceph-replicapool",
      "rook-ceph-retained",
    ]);
    assert.deepEqual(await guarded(false), []);
  });

  it("takes charts from a repository with its version, or from a folder without", async () => {
    const registrations = await rook();
    const source = (name: string) =>
      Object.fromEntries(
        Object.entries(registrations.get(kinds.chart, name).inputs).filter(([key]) => key !== "values"),
      );
    assert.deepEqual(source("rook-operator-chart"), {
      name: "rook-ceph",
      namespace: "rook-ceph",
      chart: "rook-ceph",
      repositoryOpts: { repo: "https://charts.example.com" },
      version: "v1.20.6",
    });
    assert.deepEqual(source("rook-drivers-chart"), {
      name: "ceph-csi-drivers",
      namespace: "rook-ceph",
      chart: "folder",
    });
  });

  it("opens Ceph's ports to nodes, everything among its own pods, and metrics to Prometheus alone", async () => {
    const registrations = await rook({ network: { internal: true, metricsFromNamespace: "monitoring" } });
    const spec = (name: string) => registrations.get(kinds.policy, `rook-${name}`).inputs["spec"];
    assert.deepEqual(spec("allow-within"), {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [{ to: [{ podSelector: {} }] }],
    });
    assert.deepEqual(spec("allow-ceph-clients"), {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [
        {
          ports: [
            { protocol: "TCP", port: 3300 },
            { protocol: "TCP", port: 6789 },
            { protocol: "TCP", port: 6800, endPort: 7568 },
          ],
        },
      ],
    });
    assert.deepEqual(spec("allow-ceph-metrics"), {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
          ports: [
            { protocol: "TCP", port: 9283 },
            { protocol: "TCP", port: 9926 },
          ],
        },
      ],
    });
  });
});

describe("RookCeph with a cluster elsewhere", () => {
  const everything = [
    `${kinds.chart} rook-drivers-chart < rook`,
    `${kinds.chart} rook-operator-chart < rook`,
    `${kinds.policy} rook-allow-external-ceph < rook`,
    `${kinds.policy} rook-allow-within < rook`,
    `${kinds.cluster} rook-ceph-cluster < rook-ceph`,
    `${kinds.configMap} rook-ceph-monitor-endpoints < rook-ceph`,
    ...["rook-ceph-mon", "rook-csi-cephfs-node", "rook-csi-cephfs-provisioner", "rook-csi-rbd-node"].map(
      (name) => `${kinds.secret} rook-ceph-${name} < rook-ceph`,
    ),
    `${kinds.secret} rook-ceph-rook-csi-rbd-provisioner < rook-ceph`,
    "runner-platform:index:ExternalCeph rook-ceph < rook",
    "runner-platform:index:RookCeph rook",
    "runner-platform:index:RookOperator rook < rook",
  ].sort();

  it("registers secrets, monitors and a cluster, and neither pools nor a file system, in a preview too", async () => {
    assert.deepEqual((await rook(external())).list(), everything);
    assert.deepEqual((await rook(external(), true)).list(), everything);
  });

  it("keeps every key secret, and gives each user its own", async () => {
    const registrations = await rook(external());
    for (const { name, inputs, secretPaths } of registrations.ofType(kinds.secret)) {
      assert.deepEqual(secretPaths, ["stringData"], name);
      assert.equal(inputs["type"], "kubernetes.io/rook");
    }
    assert.deepEqual(registrations.get(kinds.secret, "rook-ceph-rook-csi-rbd-node").inputs["stringData"], {
      userID: "csi-rbd-node",
      userKey: cephKey,
    });
    assert.deepEqual(registrations.get(kinds.secret, "rook-ceph-rook-ceph-mon").inputs["stringData"], {
      "cluster-name": "rook-ceph",
      fsid: "c47cac40-9bee-4d52-823b-ccd803ba5bfe",
      "admin-secret": "admin-secret",
      "mon-secret": "mon-secret",
      "ceph-username": "client.healthchecker",
      "ceph-secret": cephKey,
    });
    const elsewhere = registrations.all.filter(({ type }) => type !== kinds.secret);
    assert.ok(!JSON.stringify(elsewhere).includes(cephKey));
  });

  it("tells Rook the monitors after the drivers' secrets, then makes the cluster", async () => {
    const registrations = await rook(external());
    const endpoints = registrations.get(kinds.configMap, "rook-ceph-monitor-endpoints");
    assert.deepEqual(endpoints.inputs["data"], {
      data: "a=10.20.0.1:6789,b=[fd00::2]:3300",
      mapping: "{}",
      maxMonId: "0",
    });
    assert.deepEqual(endpoints.secretPaths, []);
    assert.equal(endpoints.dependencies.length, 5);
    const cluster = registrations.get(kinds.cluster, "rook-ceph-cluster");
    assert.ok(cluster.dependencies.includes("rook-ceph-monitor-endpoints"));
    assert.deepEqual(cluster.inputs["metadata"], {
      name: "rook-ceph-external",
      namespace: "rook-ceph",
      annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=Connected" },
    });
    assert.deepEqual(cluster.inputs["spec"], {
      external: { enable: true },
      crashCollector: { disable: true },
      healthCheck: { daemonHealth: { mon: { disabled: false, interval: "45s" } } },
    });
  });

  it("scrapes the manager where it is named", async () => {
    const cluster = (await rook(external({ address: "10.20.0.9", port: 9283 }))).get(
      kinds.cluster,
      "rook-ceph-cluster",
    );
    assert.deepEqual(Reflect.get(Object(cluster.inputs["spec"]), "monitoring"), {
      enabled: true,
      externalMgrEndpoints: [{ ip: "10.20.0.9" }],
      externalMgrPrometheusPort: 9283,
    });
  });
});
