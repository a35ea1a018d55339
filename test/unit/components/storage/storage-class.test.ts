import assert from "node:assert/strict";

import { cephFsClass, efsClass, gp3Class, localClass, rbdClass } from "../../../../components/storage/storage-class";
import { StorageClasses } from "../../../../components/storage/storage-classes";
import { register } from "../../../support/mocks";

const type = "kubernetes:storage.k8s.io/v1:StorageClass";
const rbd = {
  namespace: "rook-ceph",
  pool: "replicapool",
  imageFeatures: ["layering", "fast-diff", "object-map", "deep-flatten", "exclusive-lock"],
  fsType: "ext4",
} as const;

describe("a class of RBD volumes", () => {
  it("has the driver of the operator's namespace and every parameter that the driver needs, with each call's secret", () => {
    assert.deepEqual(rbdClass({ ...rbd, reclaimPolicy: "Delete" }), {
      provisioner: "rook-ceph.rbd.csi.ceph.com",
      parameters: {
        clusterID: "rook-ceph",
        pool: "replicapool",
        imageFormat: "2",
        imageFeatures: "layering,fast-diff,object-map,deep-flatten,exclusive-lock",
        "csi.storage.k8s.io/provisioner-secret-name": "rook-csi-rbd-provisioner",
        "csi.storage.k8s.io/provisioner-secret-namespace": "rook-ceph",
        "csi.storage.k8s.io/controller-expand-secret-name": "rook-csi-rbd-provisioner",
        "csi.storage.k8s.io/controller-expand-secret-namespace": "rook-ceph",
        "csi.storage.k8s.io/controller-publish-secret-name": "rook-csi-rbd-provisioner",
        "csi.storage.k8s.io/controller-publish-secret-namespace": "rook-ceph",
        "csi.storage.k8s.io/node-stage-secret-name": "rook-csi-rbd-node",
        "csi.storage.k8s.io/node-stage-secret-namespace": "rook-ceph",
        "csi.storage.k8s.io/fstype": "ext4",
      },
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
      allowVolumeExpansion: true,
    });
  });

  it("follows another namespace in driver, cluster and secrets alike", () => {
    const { provisioner, parameters = {} } = rbdClass({ ...rbd, namespace: "ceph", reclaimPolicy: "Retain" });
    assert.equal(provisioner, "ceph.rbd.csi.ceph.com");
    const values = Object.entries(parameters).filter(([key]) => key === "clusterID" || key.endsWith("-namespace"));
    assert.deepEqual([...new Set(values.map(([, value]) => value))], ["ceph"]);
    assert.equal(values.length, 5);
  });
});

describe("a class of CephFS volumes", () => {
  it("names file system and data pool as Ceph does, and has no parameter of an image", () => {
    assert.deepEqual(cephFsClass({ namespace: "rook-ceph", filesystem: "myfs", pool: "replicated" }), {
      provisioner: "rook-ceph.cephfs.csi.ceph.com",
      parameters: {
        clusterID: "rook-ceph",
        fsName: "myfs",
        pool: "myfs-replicated",
        "csi.storage.k8s.io/provisioner-secret-name": "rook-csi-cephfs-provisioner",
        "csi.storage.k8s.io/provisioner-secret-namespace": "rook-ceph",
        "csi.storage.k8s.io/controller-expand-secret-name": "rook-csi-cephfs-provisioner",
        "csi.storage.k8s.io/controller-expand-secret-namespace": "rook-ceph",
        "csi.storage.k8s.io/controller-publish-secret-name": "rook-csi-cephfs-provisioner",
        "csi.storage.k8s.io/controller-publish-secret-namespace": "rook-ceph",
        "csi.storage.k8s.io/node-stage-secret-name": "rook-csi-cephfs-node",
        "csi.storage.k8s.io/node-stage-secret-namespace": "rook-ceph",
      },
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
      allowVolumeExpansion: true,
    });
  });
});

describe("classes of AWS", () => {
  it("are encrypted gp3 disks that are made in the zone of their pod", () => {
    assert.deepEqual(gp3Class({ encrypted: true, reclaimPolicy: "Delete" }), {
      provisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true", "csi.storage.k8s.io/fstype": "ext4" },
      reclaimPolicy: "Delete",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    });
  });

  it("take speed and key of the settings", () => {
    const kmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/abc";
    const args = { iops: 6000, throughputMiBps: 500, encrypted: true, kmsKeyArn, reclaimPolicy: "Retain" } as const;
    assert.deepEqual(gp3Class(args).parameters, {
      type: "gp3",
      iops: "6000",
      throughput: "500",
      encrypted: "true",
      kmsKeyId: kmsKeyArn,
      "csi.storage.k8s.io/fstype": "ext4",
    });
    assert.equal(gp3Class(args).reclaimPolicy, "Retain");
  });

  it("are access points of an EFS file system for what many pods share", () => {
    assert.deepEqual(efsClass("fs-0123456789abcdef0"), {
      provisioner: "efs.csi.aws.com",
      parameters: { provisioningMode: "efs-ap", fileSystemId: "fs-0123456789abcdef0", directoryPerms: "700" },
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
      allowVolumeExpansion: false,
    });
  });
});

describe("a class of a provisioner that is there", () => {
  it("waits for the pod where a volume belongs to a node, and does not where all nodes share it", () => {
    const own = { provisioner: "example.com/folders", reclaimPolicy: "Delete" } as const;
    assert.deepEqual(localClass({ ...own, shared: false }), {
      provisioner: "example.com/folders",
      reclaimPolicy: "Delete",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: false,
    });
    const shared = localClass({ ...own, shared: true, parameters: { shared: "true" } });
    assert.deepEqual([shared.volumeBindingMode, shared.parameters], ["Immediate", { shared: "true" }]);
  });
});

describe("StorageClasses", () => {
  const classes = {
    block: rbdClass({ ...rbd, reclaimPolicy: "Delete" }),
    kept: localClass({ provisioner: "example.com/folders", shared: false, reclaimPolicy: "Retain" }),
  };
  const made = (defaultClass?: string, preview = false) =>
    register(() => new StorageClasses("classes", { classes, defaultClass }), { preview });
  const defaults = async (defaultClass?: string): Promise<unknown[]> =>
    (await made(defaultClass))
      .ofType(type)
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ inputs }) => Reflect.get(Object(inputs["metadata"]), "annotations") as unknown);
  const mark = (value: string) => ({ "storageclass.kubernetes.io/is-default-class": value });

  it("registers a class each, in a preview too", async () => {
    const expected = [
      `${type} classes-block < classes`,
      `${type} classes-kept < classes`,
      "runner-platform:index:StorageClasses classes",
    ];
    assert.deepEqual((await made()).list(), expected);
    assert.deepEqual((await made(undefined, true)).list(), expected);
  });

  it("writes the class as it was computed", async () => {
    const { metadata, ...inputs } = (await made()).get(type, "classes-block").inputs;
    assert.deepEqual(inputs, { kind: "StorageClass", apiVersion: "storage.k8s.io/v1", ...classes.block });
    assert.equal(Reflect.get(Object(metadata), "name"), "block");
  });

  it("marks no class as the default one unless asked to, and never two", async () => {
    assert.deepEqual(await defaults(), [mark("false"), mark("false")]);
    assert.deepEqual(await defaults("kept"), [mark("false"), mark("true")]);
  });
});
