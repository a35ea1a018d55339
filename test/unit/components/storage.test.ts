import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { createStorage, createStorageAlerts, type Storage } from "../../../components/storage";
import type { Secrets } from "../../../stacks/secrets";
import { type Changes, settingsOf } from "../../support/settings";
import { register, type Registrations } from "../../support/mocks";
import { handover } from "./storage/ceph-fixtures";

const kinds = {
  storageClass: "kubernetes:storage.k8s.io/v1:StorageClass",
  claim: "kubernetes:core/v1:PersistentVolumeClaim",
  cluster: "kubernetes:ceph.rook.io/v1:CephCluster",
  chart: "kubernetes:helm.sh/v4:Chart",
  namespace: "kubernetes:core/v1:Namespace",
  rule: "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
};
const nodes = { a: { deviceFilter: "^nvme" }, b: { deviceFilter: "^nvme" }, c: { deviceFilter: "^nvme" } };
const rook = (storage: object = {}, changes: object = {}): Changes => ({
  storage: { backend: "rook", ...storage, rook: { cluster: { nodes }, ...changes } },
});
const external: Changes = {
  externalCeph: JSON.stringify(handover),
  storage: { backend: "rook", rook: { cluster: { kind: "external" } } },
};

/** A parent, and the explicit provider is of no interest here. */
async function storageOf(
  changes: Changes,
  preview = false,
  production = false,
): Promise<{ registrations: Registrations; made?: Storage }> {
  let made: Storage | undefined;
  const registrations = await register(
    () => {
      // Production needs digests, which nobody can invent for a test; here it only decides what is protected.
      const settings = { ...settingsOf("dev", changes), production };
      const parent = new pulumi.ComponentResource("test:index:Platform", "platform");
      const secrets: Secrets = {
        github: { kind: "token", token: pulumi.secret("t") },
        ...(changes["externalCeph"] !== undefined && { externalCeph: pulumi.secret(JSON.stringify(handover)) }),
        ...(changes["registryCredentials"] !== undefined && { registryCredentials: pulumi.secret('{"auths":{}}') }),
      };
      made = createStorage(settings, secrets, { parent });
      createStorageAlerts(settings, { parent });
    },
    { preview },
  );
  return { registrations, ...(made && { made }) };
}

function classes(registrations: Registrations): Record<string, unknown[]> {
  return Object.fromEntries(
    registrations.ofType(kinds.storageClass).map(({ inputs }) => {
      const { metadata, provisioner, reclaimPolicy, parameters } = inputs;
      const pool: unknown = Reflect.get(Object(parameters), "pool");
      return [
        String(Reflect.get(Object(metadata), "name")),
        [provisioner, reclaimPolicy, ...(pool === undefined ? [] : [pool])],
      ];
    }),
  );
}

describe("createStorage", () => {
  it("makes nothing where the classes are somebody else's", async () => {
    const { registrations, made } = await storageOf({});
    assert.equal(made, undefined);
    assert.deepEqual(registrations.list(), ["test:index:Platform platform"]);
  });

  it("makes Rook, classes and the warm-up claim in this order, each on pools that are made", async () => {
    const { registrations, made } = await storageOf(rook({ classes: { retained: "kept" } }));
    assert.deepEqual(classes(registrations), {
      "rook-ceph-block": ["rook-ceph.rbd.csi.ceph.com", "Delete", "replicapool"],
      "rook-cephfs": ["rook-ceph.cephfs.csi.ceph.com", "Delete", "myfs-replicated"],
      kept: ["rook-ceph.rbd.csi.ceph.com", "Retain", "retained"],
    });
    const pools = registrations.ofType("kubernetes:ceph.rook.io/v1:CephBlockPool").map(({ name }) => name);
    assert.deepEqual(pools.sort(), ["rook-ceph-replicapool", "rook-ceph-retained"]);
    const dependencies = (type: string, name: string) => registrations.get(type, name).dependencies;
    assert.ok(dependencies("runner-platform:index:RookCeph", "rook").includes("storage-namespace"));
    const after = dependencies("runner-platform:index:StorageClasses", "storage-classes");
    for (const name of ["rook-drivers-chart", "rook-ceph-replicapool", "rook-ceph-myfs-csi"])
      assert.ok(after.includes(name), name);
    const warmUp = dependencies("runner-platform:index:WarmUpClaim", "storage-warm-up");
    assert.ok(warmUp.includes("storage-classes-rook-ceph-block"));
    assert.deepEqual(made?.ready, [made?.rook?.ceph, made?.classes, made?.warmUp]);
  });

  it("makes the same in a preview", async () => {
    const changes = rook({ classes: { retained: "kept" } });
    assert.deepEqual(
      (await storageOf(changes, true)).registrations.list(),
      (await storageOf(changes)).registrations.list(),
    );
  });

  it("gives Rook a namespace of its own in which disks may be opened", async () => {
    const { registrations } = await storageOf(rook());
    const { metadata } = registrations.get(kinds.namespace, "storage-namespace").inputs;
    const labels: unknown = Reflect.get(Object(metadata), "labels");
    assert.equal(Reflect.get(Object(metadata), "name"), "rook-ceph");
    assert.equal(Reflect.get(Object(labels), "pod-security.kubernetes.io/enforce"), "privileged");
  });

  it("makes neither a retained pool nor a warm-up claim unless they are wanted", async () => {
    const { registrations, made } = await storageOf(rook({}, { warmUp: { enabled: false } }));
    assert.deepEqual(registrations.ofType(kinds.claim), []);
    assert.equal(made?.warmUp, undefined);
    assert.deepEqual(Object.keys(classes(registrations)).sort(), ["rook-ceph-block", "rook-cephfs"]);
    assert.equal(registrations.ofType("kubernetes:ceph.rook.io/v1:CephBlockPool").length, 1);
  });

  it("puts mirror, pull secret and metrics into Rook's charts", async () => {
    const { registrations } = await storageOf({
      ...rook(),
      images: { mirror: "harbor.example.com/proxy" },
      registry: { pullSecret: "registry" },
      registryCredentials: '{"auths":{}}',
      monitoring: { podMonitors: true, ruleLabels: { release: "prometheus" } },
    });
    const values = registrations.get(kinds.chart, "rook-operator-chart").inputs["values"];
    assert.deepEqual(Reflect.get(Object(values), "image"), {
      repository: "harbor.example.com/proxy/docker.io/rook/ceph",
      tag: "v1.20.6",
      pullPolicy: "IfNotPresent",
    });
    assert.deepEqual(Reflect.get(Object(values), "monitoring"), { enabled: true });
    assert.deepEqual(Reflect.get(Object(values), "imagePullSecrets"), [{ name: "registry" }]);
    assert.equal(registrations.get("kubernetes:core/v1:Secret", "storage-pull-secret").parent, "storage");
    const { spec } = registrations.get(kinds.cluster, "rook-ceph-cluster").inputs;
    assert.deepEqual(Reflect.get(Object(spec), "monitoring"), { enabled: true });
    assert.deepEqual(Reflect.get(Object(spec), "labels"), { monitoring: { release: "prometheus" } });
    assert.deepEqual(Reflect.get(Object(spec), "cephVersion"), {
      image: "harbor.example.com/proxy/quay.io/ceph/ceph:v20.2.4",
    });
  });

  it("uses a Ceph cluster elsewhere by its secrets, with our own class names on its pools", async () => {
    const { registrations } = await storageOf(external);
    assert.deepEqual(classes(registrations), {
      "rook-ceph-block": ["rook-ceph.rbd.csi.ceph.com", "Delete", "replicapool"],
      "rook-cephfs": ["rook-ceph.cephfs.csi.ceph.com", "Delete", "myfs-replicated"],
    });
    assert.equal(registrations.ofType("kubernetes:core/v1:Secret").length, 5);
    assert.deepEqual(registrations.ofType("kubernetes:ceph.rook.io/v1:CephBlockPool"), []);
    assert.ok(registrations.get(kinds.claim, "storage-warm-up-claim"));
  });

  it("protects data in production alone", async () => {
    const kept = async (production: boolean) =>
      (await storageOf(rook(), false, production)).registrations.all
        .filter(({ protect, retainOnDelete }) => protect && retainOnDelete)
        .map(({ name }) => name)
        .sort();
    assert.deepEqual(await kept(false), []);
    assert.deepEqual(await kept(true), [
      "rook-ceph-cluster",
      "rook-ceph-myfs",
      "rook-ceph-myfs-csi",
      "rook-ceph-replicapool",
    ]);
  });

  it("makes EBS and EFS classes, and no warm-up claim: their volumes wait for a pod", async () => {
    const { registrations, made } = await storageOf({
      storage: {
        backend: "ebs",
        classes: { block: "gp3", shared: "efs", retained: "gp3-kept" },
        ebs: { efs: { fileSystemId: "fs-0123456789abcdef0" } },
      },
      scaleSetDefaults: { work: { storageClassName: "gp3" } },
    });
    assert.deepEqual(classes(registrations), {
      gp3: ["ebs.csi.aws.com", "Delete"],
      efs: ["efs.csi.aws.com", "Delete"],
      "gp3-kept": ["ebs.csi.aws.com", "Retain"],
    });
    assert.deepEqual(made?.ready, [made?.classes]);
    assert.deepEqual(registrations.ofType(kinds.claim), []);
  });
});

describe("createStorageAlerts", () => {
  const monitoring = { podMonitors: true, prometheusRules: true };
  const alerts = async (changes: Changes): Promise<string[]> => {
    const { registrations } = await storageOf(changes);
    const specs = registrations.ofType(kinds.rule).map(({ inputs }) => JSON.stringify(inputs["spec"]));
    return [...new Set(specs.flatMap((spec) => [...spec.matchAll(/"alert":"(\w+)"/g)].map(([, name = ""]) => name)))];
  };
  const ofVolumes = ["StorageClaimPending", "StorageVolumeNotDeleted", "StorageClassMissing"];
  const ofCeph = ["StorageCephUnhealthy", "StorageCephMetricsMissing", "StoragePoolNearQuota"];

  it("are made where settings ask for alerts and somebody exports what they look at", async () => {
    assert.deepEqual(await alerts({ ...rook(), monitoring: { podMonitors: true } }), []);
    assert.deepEqual(await alerts({ monitoring }), []);
    assert.deepEqual(
      await alerts({ monitoring: { ...monitoring, kubeStateMetricsNamespace: "monitoring" } }),
      ofVolumes,
    );
    assert.deepEqual(await alerts({ ...rook(), monitoring }), ofCeph);
  });

  it("say nothing of a quota where there is none, nor of a Ceph cluster elsewhere that is not scraped", async () => {
    assert.deepEqual(await alerts({ ...rook({}, { blockPool: { maxSize: null } }), monitoring }), ofCeph.slice(0, 2));
    assert.deepEqual(await alerts({ ...external, monitoring }), []);
  });
});
