import assert from "node:assert/strict";

import { driverValues, operatorValues } from "../../../../components/storage/rook-values";

const digest = `sha256:${"0".repeat(64)}`;
const images = {
  operator: "harbor.example.com:8443/proxy/docker.io/rook/ceph:v1.20.6",
  cephCsi: `quay.io/cephcsi/cephcsi:v3.17.0@${digest}`,
  registrar: "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.17.0",
  provisioner: "registry.k8s.io/sig-storage/csi-provisioner:v6.2.0",
  attacher: "registry.k8s.io/sig-storage/csi-attacher:v4.12.0",
  resizer: "registry.k8s.io/sig-storage/csi-resizer:v2.1.0",
  snapshotter: "registry.k8s.io/sig-storage/csi-snapshotter:v8.5.0",
};
const small = { requests: { cpu: "10m", memory: "16Mi" } };
const large = { requests: { cpu: "1", memory: "1Gi" } };

describe("values of the chart rook-ceph", () => {
  const args = { images, imagePullPolicy: "IfNotPresent", resources: small, monitoring: false };

  it("split each image into name and tag, the digest with the tag", () => {
    assert.deepEqual(operatorValues(args), {
      image: {
        repository: "harbor.example.com:8443/proxy/docker.io/rook/ceph",
        tag: "v1.20.6",
        pullPolicy: "IfNotPresent",
      },
      crds: { enabled: true },
      resources: small,
      monitoring: { enabled: false },
      csi: {
        installCsiOperator: true,
        cephcsi: { repository: "quay.io/cephcsi/cephcsi", tag: `v3.17.0@${digest}` },
        registrar: { repository: "registry.k8s.io/sig-storage/csi-node-driver-registrar", tag: "v2.17.0" },
        provisioner: { repository: "registry.k8s.io/sig-storage/csi-provisioner", tag: "v6.2.0" },
        attacher: { repository: "registry.k8s.io/sig-storage/csi-attacher", tag: "v4.12.0" },
        resizer: { repository: "registry.k8s.io/sig-storage/csi-resizer", tag: "v2.1.0" },
        snapshotter: { repository: "registry.k8s.io/sig-storage/csi-snapshotter", tag: "v8.5.0" },
      },
    });
  });

  it("name a pull secret where there is one", () => {
    assert.deepEqual(operatorValues({ ...args, pullSecret: "registry" })["imagePullSecrets"], [{ name: "registry" }]);
  });
});

describe("values of the chart ceph-csi-drivers", () => {
  const args = {
    namespace: "rook-ceph",
    replicas: 2,
    qps: 50,
    burst: 100,
    pluginResources: large,
    sidecarResources: small,
    imagePullPolicy: "IfNotPresent",
  };
  const faster = ["--kube-api-qps=50", "--kube-api-burst=100"];
  const controllerPlugin = {
    replicas: 2,
    imagePullPolicy: "IfNotPresent",
    resources: { plugin: large, provisioner: small, attacher: small, resizer: small, snapshotter: small },
    containerExtraArgs: { "csi-provisioner": faster, "csi-attacher": faster, "csi-resizer": faster },
  };

  it("are Rook's own, with what many short-lived claims need set for each driver", () => {
    assert.deepEqual(driverValues(args), {
      operatorConfig: {
        namespace: "rook-ceph",
        driverSpecDefaults: {
          imageSet: { name: "rook-csi-operator-image-set-configmap" },
          nodePlugin: { priorityClassName: "system-node-critical", imagePullPolicy: "IfNotPresent" },
          controllerPlugin: { priorityClassName: "system-cluster-critical", imagePullPolicy: "IfNotPresent" },
        },
      },
      drivers: {
        rbd: { enabled: true, name: "rook-ceph.rbd.csi.ceph.com", controllerPlugin },
        cephfs: { enabled: true, name: "rook-ceph.cephfs.csi.ceph.com", controllerPlugin },
        nfs: { enabled: false, name: "rook-ceph.nfs.csi.ceph.com" },
        nvmeof: { enabled: false, name: "rook-ceph.nvmeof.csi.ceph.com" },
      },
    });
  });

  it("prefix every driver with the operator's namespace", () => {
    const { drivers } = driverValues({ ...args, namespace: "ceph" });
    for (const { name } of Object.values(drivers as Record<string, { name: string }>)) assert.match(name, /^ceph\./);
  });
});
