import assert from "node:assert/strict";

import { SharedCacheVolume, type SharedCacheVolumeArgs } from "../../../../components/storage/shared-cache-volume";
import { WarmUpClaim } from "../../../../components/storage/warm-up-claim";
import { register } from "../../../support/mocks";

const kinds = {
  volume: "kubernetes:core/v1:PersistentVolume",
  claim: "kubernetes:core/v1:PersistentVolumeClaim",
};
const nfs = { server: "nas.example.com", path: "/export/models" };
const args: SharedCacheVolumeArgs = {
  namespace: "arc-runners-kubernetes",
  namespaceName: "arc-runners-kubernetes",
  claimName: "huggingface-runner-pvc",
  size: "2Ti",
  nfs,
  readOnly: false,
};
const labels = { "runner-platform/claim": "kept" };

describe("SharedCacheVolume", () => {
  const made = (changes: Partial<SharedCacheVolumeArgs> = {}, preview = false) =>
    register(() => new SharedCacheVolume("models", { ...args, ...changes }), { preview });

  it("registers a volume and its claim, in a preview too", async () => {
    const expected = [
      `${kinds.volume} models-volume < models`,
      `${kinds.claim} models-claim < models`,
      "runner-platform:index:SharedCacheVolume models",
    ].sort();
    assert.deepEqual((await made()).list(), expected);
    assert.deepEqual((await made({}, true)).list(), expected);
  });

  it("ties the two to each other, without a class, so that nobody else gets either", async () => {
    const registrations = await made();
    const volume = registrations.get(kinds.volume, "models-volume").inputs;
    assert.deepEqual(volume["metadata"], { name: "arc-runners-kubernetes-huggingface-runner-pvc" });
    assert.deepEqual(volume["spec"], {
      capacity: { storage: "2Ti" },
      accessModes: ["ReadWriteMany"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: "",
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        name: "huggingface-runner-pvc",
        namespace: "arc-runners-kubernetes",
      },
      nfs,
    });
    const claim = registrations.get(kinds.claim, "models-claim");
    assert.deepEqual(claim.inputs["metadata"], {
      name: "huggingface-runner-pvc",
      namespace: "arc-runners-kubernetes",
      labels,
    });
    assert.deepEqual(claim.inputs["spec"], {
      accessModes: ["ReadWriteMany"],
      storageClassName: "",
      volumeName: "arc-runners-kubernetes-huggingface-runner-pvc",
      resources: { requests: { storage: "2Ti" } },
    });
    assert.deepEqual(claim.dependencies, ["models-volume"]);
  });

  it("lets nobody write where the settings say so, and mounts with the options given", async () => {
    const registrations = await made({ readOnly: true, nfs: { ...nfs, mountOptions: ["nfsvers=4.1"] } });
    const spec: unknown = registrations.get(kinds.volume, "models-volume").inputs["spec"];
    assert.deepEqual(Reflect.get(Object(spec), "nfs"), { ...nfs, readOnly: true });
    assert.deepEqual(Reflect.get(Object(spec), "mountOptions"), ["nfsvers=4.1"]);
  });
});

describe("WarmUpClaim", () => {
  it("is one small claim of the class, in a preview too", async () => {
    const build = () => new WarmUpClaim("warm-up", { namespace: "rook-ceph", storageClassName: "block", size: "1Gi" });
    const registrations = await register(build);
    assert.deepEqual(registrations.list(), [
      `${kinds.claim} warm-up-claim < warm-up`,
      "runner-platform:index:WarmUpClaim warm-up",
    ]);
    assert.deepEqual((await register(build, { preview: true })).list(), registrations.list());
    const { metadata, spec } = registrations.get(kinds.claim, "warm-up-claim").inputs;
    assert.deepEqual(metadata, { name: "warm-up", namespace: "rook-ceph", labels });
    assert.deepEqual(spec, {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "block",
      resources: { requests: { storage: "1Gi" } },
    });
  });
});
