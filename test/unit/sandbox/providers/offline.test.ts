import assert from "node:assert/strict";

import { check } from "../../../../sandbox/providers/kubernetes/check.js";
import { readSettings } from "../../../../sandbox/providers/kubernetes/configure.js";
import { offlineSession, tellSecretKeys, type Offline } from "../../../../sandbox/providers/kubernetes/offline.js";
import {
  type AvailableChart,
  ChartUnavailable,
  findChart,
  wantedChart,
} from "../../../../sandbox/providers/kubernetes/offline-charts.js";
import { previewCreate } from "../../../../sandbox/providers/kubernetes/preview.js";
import { secret, UNKNOWN } from "../../../../sandbox/providers/shared/values.js";

const urn = (type: string): string => `urn:pulumi:dev::p::kubernetes:${type}::thing`;
const session = (offline: Partial<Offline> = {}) =>
  offlineSession(readSettings({}), { kubeVersion: "1.35", charts: [], ...offline });

describe("the kubernetes provider without a cluster", () => {
  it("places namespaced objects, and leaves those of the cluster and of unknown kinds as they are", async () => {
    const namespaceOf = async (type: string, kind: string) => {
      const news = { kind, metadata: { name: "x" } };
      const { inputs } = await check(session(), { urn: urn(type), olds: {}, news, randomSeed: new Uint8Array() });
      return (inputs.metadata as { namespace?: string }).namespace;
    };
    assert.equal(await namespaceOf("core/v1:ConfigMap", "ConfigMap"), "default");
    assert.equal(await namespaceOf("networking.k8s.io/v1:NetworkPolicy", "NetworkPolicy"), "default");
    assert.equal(await namespaceOf("storage.k8s.io/v1:StorageClass", "StorageClass"), undefined);
    assert.equal(await namespaceOf("rbac.authorization.k8s.io/v1:ClusterRole", "ClusterRole"), undefined);
    assert.equal(await namespaceOf("ceph.rook.io/v1:CephCluster", "CephCluster"), undefined);
  });

  it("knows the scope of kinds whose definitions the run declares", async () => {
    const { discovery } = session();
    discovery.declare({ spec: { group: "ceph.rook.io", names: { kind: "CephCluster" }, scope: "Namespaced" } });
    assert.equal(await discovery.isNamespaced("ceph.rook.io/v1", "CephCluster"), true);
  });

  it("echoes what would be created, with everything that the API server decides unknown", async () => {
    const operation = {
      session: session(),
      urn: urn("core/v1:Service"),
      type: "kubernetes:core/v1:Service",
      timeoutSeconds: 0,
      signal: new AbortController().signal,
      status: () => undefined,
      warn: () => undefined,
    };
    const outputs = await previewCreate(operation, {
      kind: "Service",
      metadata: { name: "x" },
      spec: { type: "ClusterIP" },
    });
    assert.deepEqual(outputs.spec, { type: "ClusterIP", clusterIP: UNKNOWN, clusterIPs: UNKNOWN });
    assert.equal((outputs.metadata as { uid: string }).uid, UNKNOWN);
    assert.equal(outputs.status, UNKNOWN);
  });

  it("refuses all that needs a cluster", async () => {
    await assert.rejects(
      session().client.request("GET", "/version"),
      /started without a cluster \(--offline\): it only previews/,
    );
  });

  it("tells the keys of Secrets, never their values, and nothing of other kinds", () => {
    const told: unknown[] = [];
    const listening = session({ onSecret: (...args) => told.push(args) });
    const metadata = { name: "x" };
    tellSecretKeys(listening, "a", {
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      stringData: { b: "1" },
      data: { a: "2" },
    });
    tellSecretKeys(listening, "b", { apiVersion: "v1", kind: "ConfigMap", metadata, data: { c: "3" } });
    assert.deepEqual(told, [["a", ["a", "b"]]]);
  });
});

describe("charts without their repositories", () => {
  const rook: AvailableChart = {
    chart: "rook-ceph",
    version: "v1.20.6",
    repositories: ["https://charts.rook.io/release"],
    folder: "/rook",
  };
  const pulled: AvailableChart = { chart: "arc", version: "0.14.2", folder: "/arc-0.14.2.tgz" };

  it("reads name and repository of a chart in every form", () => {
    const repositoryOpts = { repo: "https://charts.rook.io/release/" };
    assert.deepEqual(wantedChart({ chart: "rook-ceph", version: "v1.20.6", repositoryOpts }), {
      chart: "rook-ceph",
      repository: "https://charts.rook.io/release",
      version: "v1.20.6",
    });
    assert.deepEqual(wantedChart({ chart: "oci://ghcr.io/actions/charts/arc" }), {
      chart: "arc",
      repository: "oci://ghcr.io/actions/charts",
    });
  });

  it("takes the folder of exactly the wanted chart, with or without the v of its version", () => {
    const wanted = { chart: "rook-ceph", repository: "https://charts.rook.io/release", version: "1.20.6" };
    assert.deepEqual(findChart(wanted, [rook]), { folder: "/rook" });
  });

  it("takes what the project publishes for the copy of a mirror, and says so", () => {
    const wanted = { chart: "rook-ceph", repository: "oci://harbor.example.com/charts", version: "v1.20.6" };
    assert.deepEqual(findChart(wanted, [rook]), {
      folder: "/rook",
      note: "chart rook-ceph v1.20.6 of oci://harbor.example.com/charts is rendered from what https://charts.rook.io/release publishes",
    });
  });

  it("takes an archive that somebody pulled, whatever repository it is from", () => {
    const wanted = { chart: "arc", repository: "oci://ghcr.io/actions", version: "0.14.2" };
    assert.deepEqual(findChart(wanted, [rook, pulled]), { folder: "/arc-0.14.2.tgz" });
  });

  const missing = [
    [
      { chart: "rook-ceph", repository: "https://charts.rook.io/release", version: "v1.21.0" },
      "chart rook-ceph v1.21.0 of https://charts.rook.io/release is not rendered: here it can be had in version v1.20.6 only. Its objects are missing here",
    ],
    [
      { chart: "rook-ceph", repository: "https://charts.rook.io/release" },
      "chart rook-ceph without a version of https://charts.rook.io/release is not rendered: here it can be had in version v1.20.6 only. Its objects are missing here",
    ],
    [
      { chart: "other", repository: "", version: "1.0.0" },
      "chart other 1.0.0 is not rendered: it can only be had from its repository. Its objects are missing here",
    ],
  ] as const;
  for (const [wanted, message] of missing) {
    it(`says why it does not render ${wanted.chart} ${"version" in wanted ? wanted.version : "of any version"}`, () => {
      assert.throws(() => findChart(wanted, [rook]), new ChartUnavailable(message));
    });
  }
});

describe("the secrets of an echoed preview", () => {
  it("stay marked", async () => {
    const operation = {
      session: session(),
      urn: urn("core/v1:Secret"),
      type: "kubernetes:core/v1:Secret",
      timeoutSeconds: 0,
      signal: new AbortController().signal,
      status: () => undefined,
      warn: () => undefined,
    };
    const stringData = secret({ a: "b" });
    const outputs = await previewCreate(operation, { kind: "Secret", metadata: { name: "x" }, stringData });
    assert.deepEqual(outputs.stringData, stringData);
  });
});
