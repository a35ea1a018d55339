import assert from "node:assert/strict";
import { readSettings } from "../../../../sandbox/providers/kubernetes/configure.js";
import { diffObjects, formatPath, type ObjectDiff } from "../../../../sandbox/providers/kubernetes/diff.js";
import type { JsonObject, KubernetesObject } from "../../../../sandbox/providers/kubernetes/json.js";
import { UNKNOWN } from "../../../../sandbox/providers/shared/values.js";

const defaults = readSettings({});

function object(
  apiVersion: string,
  kind: string,
  fields: JsonObject = {},
  metadata: JsonObject = {},
): KubernetesObject {
  return { apiVersion, kind, ...fields, metadata: { name: "x", namespace: "n", ...metadata } };
}

function diff(old: KubernetesObject, now: KubernetesObject, settings = defaults, isPatch = false): ObjectDiff {
  return diffObjects(old, now, settings, isPatch);
}

function paths(result: ObjectDiff): string[] {
  return result.changes.map(({ path, kind, replace }) => `${kind} ${formatPath(path)}${replace ? " (replace)" : ""}`);
}

describe("diffObjects", () => {
  it("finds nothing between equal objects, in whatever order of keys", () => {
    const old = object("v1", "ConfigMap", { data: { a: "1", b: "2" } });
    assert.deepEqual(paths(diff(old, object("v1", "ConfigMap", { data: { b: "2", a: "1" } }))), []);
  });

  it("names exactly the field that changed", () => {
    const set = (maxRunners: number) =>
      object("actions.github.com/v1alpha1", "AutoscalingRunnerSet", { spec: { maxRunners, minRunners: 0 } });
    const result = diff(set(3), set(5));
    assert.deepEqual(paths(result), ["update spec.maxRunners"]);
    assert.equal(result.replace, false);
  });

  it("writes keys with dots and slashes in the engine's form", () => {
    const old = object("v1", "Service", { spec: { ports: [{ port: 1 }] } });
    const now = object(
      "v1",
      "Service",
      { spec: { ports: [{ port: 2 }, { port: 3 }] } },
      { labels: { "app.kubernetes.io/name": "x" } },
    );
    assert.deepEqual(paths(diff(old, now)), ["update spec.ports[0].port", "add spec.ports[1]", "add metadata.labels"]);
    assert.equal(
      formatPath(["metadata", "labels", "app.kubernetes.io/name"]),
      'metadata.labels["app.kubernetes.io/name"]',
    );
  });

  it("counts an unknown as a change", () => {
    const result = diff(
      object("v1", "ConfigMap", { data: { a: "1" } }),
      object("v1", "ConfigMap", { data: { a: UNKNOWN } }),
    );
    assert.deepEqual(paths(result), ["update data.a (replace)"]);
  });

  it("ignores status and what the API server sets", () => {
    const now = object(
      "v1",
      "Pod",
      { status: { phase: "Running" } },
      { creationTimestamp: "x", uid: "y", resourceVersion: "1" },
    );
    assert.deepEqual(paths(diff(object("v1", "Pod"), now)), []);
  });

  it("deletes first only if the fixed name stays", () => {
    const role = (name: string, annotations?: JsonObject) =>
      object("rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { name } }, { annotations });
    const autonamed = { "pulumi.com/autonamed": "true" };
    assert.equal(diff(role("a"), role("b")).deleteBeforeReplace, true);
    assert.equal(diff(role("a", autonamed), role("b", autonamed)).deleteBeforeReplace, false);
    assert.equal(diff(object("v1", "Pod"), object("v1", "Pod", {}, { name: "other" })).deleteBeforeReplace, false);
  });

  it("updates in place for another version of a group, and replaces for another group or kind", () => {
    assert.equal(diff(object("batch/v1beta1", "CronJob"), object("batch/v1", "CronJob")).replace, false);
    assert.equal(
      diff(object("extensions/v1beta1", "Ingress"), object("networking.k8s.io/v1", "Ingress")).replace,
      true,
    );
    assert.equal(diff(object("v1", "ConfigMap"), object("v1", "Secret")).replace, true);
  });

  it("replaces ConfigMaps and Secrets unless the provider says they are mutable and they are not marked immutable", () => {
    const map = (value: string, immutable?: boolean) => object("v1", "ConfigMap", { data: { a: value }, immutable });
    const mutable = readSettings({ enableConfigMapMutable: "true" });
    assert.equal(diff(map("1"), map("2")).replace, true);
    assert.equal(diff(map("1"), map("2"), mutable).replace, false);
    assert.equal(diff(map("1", true), map("2", true), mutable).replace, true);
    const token = (value: string) => object("v1", "Secret", { stringData: { a: value } });
    assert.equal(diff(token("1"), token("2")).replace, true);
    assert.equal(diff(token("1"), token("2"), readSettings({ enableSecretMutable: "true" })).replace, false);
  });

  it("replaces a Patch resource only for another object", () => {
    const selector = (app: string) => object("apps/v1", "Deployment", { spec: { selector: { matchLabels: { app } } } });
    assert.equal(diff(selector("a"), selector("b"), defaults, true).replace, false);
    assert.equal(diff(object("v1", "Pod"), object("v1", "Pod", {}, { name: "y" }), defaults, true).replace, true);
  });

  const replaced: [kind: string, apiVersion: string, old: JsonObject, now: JsonObject][] = [
    [
      "Deployment",
      "apps/v1",
      { spec: { selector: { matchLabels: { a: "1" } } } },
      { spec: { selector: { matchLabels: { a: "2" } } } },
    ],
    ["StatefulSet", "apps/v1", { spec: { serviceName: "a" } }, { spec: { serviceName: "b" } }],
    ["StatefulSet", "apps/v1", { spec: { volumeClaimTemplates: [] } }, { spec: { volumeClaimTemplates: [{}] } }],
    ["DaemonSet", "apps/v1", { spec: {} }, { spec: { selector: { matchLabels: { a: "2" } } } }],
    ["Job", "batch/v1", { spec: { template: { spec: { a: 1 } } } }, { spec: { template: { spec: { a: 2 } } } }],
    ["Job", "batch/v1", { spec: { template: {} } }, {}],
    ["PersistentVolumeClaim", "v1", { spec: { storageClassName: "a" } }, { spec: { storageClassName: "b" } }],
    ["StorageClass", "storage.k8s.io/v1", { reclaimPolicy: "Delete" }, { reclaimPolicy: "Retain" }],
    ["Service", "v1", { spec: { clusterIP: "None" } }, { spec: {} }],
    ["Secret", "v1", { type: "Opaque" }, { type: "kubernetes.io/tls" }],
    ["Pod", "v1", { spec: { containers: [{ image: "a" }] } }, { spec: { containers: [{ image: "b" }] } }],
    [
      "CustomResourceDefinition",
      "apiextensions.k8s.io/v1",
      { spec: { scope: "Cluster" } },
      { spec: { scope: "Namespaced" } },
    ],
  ];
  for (const [kind, apiVersion, old, now] of replaced) {
    it(`replaces a ${kind} for ${JSON.stringify(old)} -> ${JSON.stringify(now)}`, () => {
      assert.equal(diff(object(apiVersion, kind, old), object(apiVersion, kind, now)).replace, true);
    });
  }

  const updated: typeof replaced = [
    ["Deployment", "apps/v1", { spec: { replicas: 1 } }, { spec: { replicas: 2 } }],
    ["StatefulSet", "apps/v1", { spec: { template: { a: 1 } } }, { spec: { template: { a: 2 } } }],
    [
      "PersistentVolumeClaim",
      "v1",
      { spec: { resources: { requests: { storage: "1Gi" } } } },
      { spec: { resources: { requests: { storage: "2Gi" } } } },
    ],
    ["Service", "v1", { spec: { type: "ClusterIP" } }, { spec: { type: "NodePort" } }],
    ["PodDisruptionBudget", "policy/v1", { spec: { minAvailable: 1 } }, { spec: { minAvailable: 2 } }],
    ["Ingress", "networking.k8s.io/v1", { spec: { rules: [] } }, { spec: { rules: [{}] } }],
    ["Pod", "v1", { spec: { tolerations: [] } }, { spec: { tolerations: [{}] } }],
  ];
  for (const [kind, apiVersion, old, now] of updated) {
    it(`updates a ${kind} for ${JSON.stringify(old)} -> ${JSON.stringify(now)}`, () => {
      const result = diff(object(apiVersion, kind, old), object(apiVersion, kind, now));
      assert.equal(result.replace, false);
      assert.notEqual(result.changes.length, 0);
    });
  }
});
