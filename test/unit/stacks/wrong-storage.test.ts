import assert from "node:assert/strict";

import { handover } from "../components/storage/ceph-fixtures";
import { type Changes, messageOf, settingsOf } from "../../support/settings";

const nodes = {
  "node-1": { deviceFilter: "^nvme" },
  "node-2": { deviceFilter: "^nvme" },
  "node-3": { deviceFilter: "^nvme" },
};

/** Rook with three nodes, and some of it changed. */
const rook = (changes: object = {}, storage: object = {}): Changes => ({
  storage: { backend: "rook", ...storage, rook: { cluster: { nodes }, ...changes } },
});
const cluster = (changes: object): Changes => rook({ cluster: { nodes, ...changes } });
const external = (changes: object = {}): Changes => ({
  externalCeph: JSON.stringify(handover),
  storage: { backend: "rook", rook: { cluster: { kind: "external", ...changes } } },
});
const efs = { efs: { fileSystemId: "fs-0123456789abcdef0" } };
const ebs = (changes: object = {}): Changes => ({ storage: { backend: "ebs", ebs: { ...efs, ...changes } } });

describe("settings of storage that are right", () => {
  const cases: Readonly<Record<string, Changes>> = {
    "disks of three nodes": rook(),
    "all nodes with a filter": cluster({ nodes: {}, useAllNodes: true, deviceFilter: "^sd[b-z]" }),
    "two copies of work volumes": rook({ blockPool: { size: 2, allowScratchSize2: true } }),
    "a retained class": rook({}, { classes: { retained: "kept" } }),
    "a default class": rook({}, { defaultClass: "block" }),
    "a Ceph cluster elsewhere": external({ metrics: { address: "10.20.0.9", port: 9283 } }),
    "EBS and EFS": ebs({ gp3: { iops: 6000, throughputMiBps: 500 } }),
    "a provisioner that is there": { storage: { backend: "local", local: { provisioner: "example.com/folders" } } },
    "classes of somebody else": { storage: { classes: { block: "fast", shared: "files" } } },
    "a model cache on an NFS server": {
      caches: { huggingface: { volume: { size: "2Ti", nfs: { server: "nas", path: "/models" } } } },
    },
  };
  for (const [what, changes] of Object.entries(cases)) {
    it(`may have ${what}`, () => {
      assert.equal(settingsOf("dev", changes).stack, "dev");
    });
  }

  it("have the defaults of their backend alone", () => {
    assert.deepEqual(Object.keys(settingsOf("dev").storage).sort(), ["alerts", "backend", "classes"]);
    assert.equal(settingsOf("dev", rook()).storage.rook?.namespace, "rook-ceph");
    assert.equal(settingsOf("dev", ebs()).storage.ebs?.gp3.encrypted, true);
  });
});

describe("settings of storage that are wrong", () => {
  const cases: readonly (readonly [string, Changes, readonly string[]])[] = [
    [
      "two default classes",
      rook({}, { defaultClass: ["block", "shared"] }),
      [
        'storage.defaultClass: given ["block","shared"]; allowed: block, shared or retained, and one alone: a claim that names no class gets the default one',
      ],
    ],
    [
      "a default among classes of somebody else",
      { storage: { defaultClass: "block" } },
      [
        'storage.defaultClass: given "block"; allowed: nothing with backend existing: its classes are made by somebody else',
      ],
    ],
    [
      "a default class that there is none of",
      rook({}, { defaultClass: "retained" }),
      ['storage.defaultClass: given "retained"; allowed: one of block, shared'],
    ],
    [
      "one name for two classes",
      rook({}, { classes: { shared: "rook-ceph-block" } }),
      ['storage.classes.shared: given "rook-ceph-block"; allowed: another name than storage.classes.block'],
    ],
    [
      "a retained class whose volumes are deleted",
      rook({}, { classes: { retained: "rook-ceph-block" } }),
      [
        'storage.classes.retained: given "rook-ceph-block"; allowed: another name than storage.classes.block, whose volumes are deleted with their claims',
      ],
    ],
    [
      "settings of a backend that is not chosen",
      {
        storage: {
          backend: "local",
          local: { provisioner: "example.com/folders" },
          ebs: { gp3: { encrypted: true }, efs: {} },
        },
      },
      ["storage.ebs: given, but storage.backend is local; allowed: nothing, or storage.backend ebs"],
    ],
    [
      "a local backend without provisioner",
      { storage: { backend: "local", local: {} } },
      ["storage.local.provisioner: not set; allowed: the name of a provisioner of the cluster"],
    ],
    [
      "no EFS file system",
      ebs({ efs: {} }),
      [
        "storage.ebs.efs.fileSystemId: not set; allowed: the id of an EFS file system, such as fs-0123456789abcdef0: the shared class lies on it",
      ],
    ],
    [
      "a Ceph cluster elsewhere of which nothing is known",
      { ...external(), externalCeph: undefined },
      [
        "externalCeph: not set, but storage.rook.cluster.kind is external; allowed: what create-external-cluster-resources.py --format json prints on the Ceph side; fix: pulumi config set --secret externalCeph < FILE.json",
      ],
    ],
    [
      "keys of a Ceph cluster that nobody uses",
      { externalCeph: JSON.stringify(handover) },
      [
        "externalCeph: given, but there is no external Ceph cluster; allowed: nothing, or storage.backend rook with storage.rook.cluster.kind external; fix: pulumi config rm externalCeph",
      ],
    ],
    [
      "a Ceph cluster elsewhere without monitors",
      {
        ...external(),
        externalCeph: JSON.stringify(handover.filter(({ name }) => name !== "rook-ceph-mon-endpoints")),
      },
      [
        "externalCeph.rook-ceph-mon-endpoints.data: missing; allowed: NAME=HOST:PORT of at least one monitor; fix: run create-external-cluster-resources.py again, and set its output as it is",
        "externalCeph.rook-ceph-mon-endpoints.maxMonId: missing; allowed: a number in quotes; fix: run create-external-cluster-resources.py again, and set its output as it is",
      ],
    ],
    [
      "disks of a Ceph cluster elsewhere",
      external({ nodes }),
      ["storage.rook.cluster.nodes: given for an external cluster; allowed: nothing: its disks are its own"],
    ],
    [
      "two copies without saying that they may be lost",
      rook({ blockPool: { size: 2 } }),
      [
        "storage.rook.blockPool.size: given 2; allowed: at least 3; fix: for work volumes alone, which may be lost, set storage.rook.blockPool.allowScratchSize2",
      ],
    ],
    [
      "two copies of what is retained",
      rook({ retainedPool: { size: 2 } }, { classes: { retained: "kept" } }),
      ["storage.rook.retainedPool.size: given 2; allowed: at least 3"],
    ],
    [
      "one pool for what is deleted and what is retained",
      rook({ retainedPool: { name: "replicapool" } }, { classes: { retained: "kept" } }),
      [
        'storage.rook.retainedPool.name: given "replicapool"; allowed: another pool than storage.rook.blockPool, whose quota a leak may use up',
      ],
    ],
    [
      "fewer hosts than copies",
      cluster({ monitors: 1, nodes: { "node-1": { useAllDevices: true }, "node-2": { useAllDevices: true } } }),
      [
        "storage.rook.blockPool.size: given 3; allowed: at most 2, the nodes of storage.rook.cluster.nodes: each copy lies on a host of its own",
        "storage.rook.filesystem.size: given 3; allowed: at most 2, the nodes of storage.rook.cluster.nodes: each copy lies on a host of its own",
      ],
    ],
    [
      "no node",
      cluster({ nodes: {} }),
      ["storage.rook.cluster.nodes: empty; allowed: the nodes with their devices, or storage.rook.cluster.useAllNodes"],
    ],
    [
      "a node without devices, and one with too many rules",
      cluster({ nodes: { ...nodes, "node-2": {}, "node-3": { useAllDevices: true, devices: ["sdb"] } } }),
      [
        "storage.rook.cluster.nodes.node-2: has no devices; allowed: one of devices, deviceFilter and useAllDevices",
        "storage.rook.cluster.nodes.node-3: chooses devices in two ways; allowed: one of devices, deviceFilter and useAllDevices",
      ],
    ],
    [
      "all nodes without saying which devices",
      cluster({ nodes: {}, useAllNodes: true }),
      [
        "storage.rook.cluster.deviceFilter: not set; allowed: which devices to take, or storage.rook.cluster.useAllDevices",
      ],
    ],
    [
      "an even number of monitors",
      cluster({ monitors: 2 }),
      ["storage.rook.cluster.monitors: given 2; allowed: an odd number: an even one tolerates no more failures"],
    ],
    [
      "more monitors than nodes",
      cluster({ monitors: 5 }),
      ["storage.rook.cluster.monitors: given 5; allowed: at most 3, one on each of the nodes that are named"],
    ],
    [
      "Ceph among the runners",
      rook({ namespace: "arc-runners-kubernetes" }),
      [
        'storage.rook.namespace: given "arc-runners-kubernetes"; allowed: another namespace than that of namespaces.kubernetes: Ceph\'s pods are privileged',
      ],
    ],
    [
      "a work volume of a class that nobody makes",
      { ...rook(), scaleSets: { "runner-cpu": { work: { storageClassName: "fast" } } } },
      [
        'scaleSets.runner-cpu.work.storageClassName: given "fast"; allowed: rook-ceph-block, which backend rook makes; fix: or change storage.classes.block',
      ],
    ],
    [
      "work volumes that are retained",
      {
        ...rook({}, { classes: { retained: "kept" } }),
        scaleSets: { "runner-cpu": { work: { storageClassName: "kept" } } },
      },
      [
        'scaleSets.runner-cpu.work.storageClassName: given "kept"; allowed: rook-ceph-block: volumes of kept outlive their claims, one per job; fix: or change storage.classes.block',
      ],
    ],
    [
      "a cache for many pods on volumes for one",
      { ...rook(), caches: { huggingface: { volume: { storageClassName: "rook-ceph-block", size: "10Gi" } } } },
      [
        'caches.huggingface.volume.storageClassName: given "rook-ceph-block"; allowed: rook-cephfs, the class of backend rook whose volumes many pods may mount',
      ],
    ],
    [
      "a quota that runners use up",
      rook({ blockPool: { maxSize: "500Gi" } }),
      [
        'storage.rook.blockPool.maxSize: given "500Gi"; allowed: at least 600Gi, the work volumes of all runners together',
      ],
    ],
    [
      "an image of which the chart cannot be told",
      rook({ images: { ceph: `quay.io/ceph/ceph@sha256:${"a".repeat(64)}` } }),
      [
        `storage.rook.images.ceph: given ${JSON.stringify(`quay.io/ceph/ceph@sha256:${"a".repeat(64)}`).slice(0, 77)}...; allowed: an image with a tag: Rook's chart puts name and tag together`,
      ],
    ],
    [
      "features of images without those that they build on",
      rook({ imageFeatures: ["layering", "fast-diff"] }),
      ['storage.rook.imageFeatures: given ["layering","fast-diff"]; allowed: object-map beside fast-diff'],
    ],
    [
      "xfs on nodes with disks of Ceph",
      rook({ fsType: "xfs" }),
      ['storage.rook.fsType: given "xfs"; allowed: ext4: xfs on a node with OSDs of its own may deadlock'],
    ],
    [
      "a chart folder that is not there",
      rook({ charts: { drivers: { chart: "./charts/drivers", repository: null, version: null } } }),
      [
        'storage.rook.charts.drivers.chart: given "./charts/drivers": no such folder or file; allowed: a chart\'s name together with repository, oci://REGISTRY/CHART, a folder, or a .tgz file',
      ],
    ],
    [
      "an NFS cache without size",
      { caches: { huggingface: { volume: { nfs: { server: "nas", path: "/models" } } } } },
      ["caches.huggingface.volume.size: not set; allowed: the size of the volume on the NFS server, with nfs"],
    ],
    [
      "an NFS cache of a class, on a folder that is no claim",
      {
        caches: {
          huggingface: { volume: { size: "1Ti", storageClassName: "files", nfs: { server: "nas", path: "/models" } } },
          uv: { volume: { nfs: { server: "nas", path: "/uv" } } },
        },
      },
      [
        'caches.huggingface.volume.storageClassName: given "files"; allowed: nothing with nfs: the volume is made here',
        'caches.uv.volume.nfs: given {"server":"nas","path":"/uv"}; allowed: nothing with kind hostPath: it belongs to kind claim; fix: a value from the layers below is taken away by null',
      ],
    ],
  ];
  for (const [what, changes, problems] of cases) {
    it(`are refused with ${what}`, () => {
      const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
      const lines = problems.map((problem) => `  ${problem}`);
      assert.equal(messageOf("dev", changes), [`${count} in the settings of stack "dev":`, ...lines].join("\n"));
    });
  }
});
