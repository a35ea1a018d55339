import assert from "node:assert/strict";
import { helmArguments, type ChartRequest } from "../../../../sandbox/providers/kubernetes/helm.js";
import type { KubernetesObject } from "../../../../sandbox/providers/kubernetes/json.js";
import { childName, parseManifest } from "../../../../sandbox/providers/kubernetes/manifest.js";
import {
  isPatchType,
  parseTypeToken,
  typeOfUrn,
  typeTokenOf,
} from "../../../../sandbox/providers/kubernetes/type-token.js";

function object(apiVersion: string, kind: string, name: string, namespace?: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace } };
}

describe("names and types of a chart's children", () => {
  const cases: [object: KubernetesObject, prefix: string, name: string, type: string][] = [
    [object("v1", "ConfigMap", "a", "ns"), "app", "app:ns/a", "kubernetes:core/v1:ConfigMap"],
    [object("apps/v1", "Deployment", "a", "ns"), "app", "app:ns/a", "kubernetes:apps/v1:Deployment"],
    [object("v1", "Namespace", "a"), "app", "app:a", "kubernetes:core/v1:Namespace"],
    [
      object("rbac.authorization.k8s.io/v1", "ClusterRole", "a"),
      "",
      "a",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    ],
  ];
  for (const [child, prefix, name, type] of cases) {
    it(`are ${type} ${name}`, () => {
      assert.equal(childName(child, prefix), name);
      assert.equal(typeTokenOf(child.apiVersion, child.kind), type);
      assert.deepEqual(parseTypeToken(type), { apiVersion: child.apiVersion, kind: child.kind });
    });
  }
});

describe("parseManifest", () => {
  it("reads documents, skips empty ones and unfolds lists", () => {
    const text = [
      "---\n# nothing\n",
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, creationTimestamp: null}\n",
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n",
    ].join("---\n");
    assert.deepEqual(
      parseManifest(text),
      [object("v1", "ConfigMap", "a"), object("v1", "Secret", "b")].map(({ metadata, ...rest }) => ({
        ...rest,
        metadata: { name: metadata.name },
      })),
    );
  });

  it("fails for what is no object", () => {
    assert.throws(() => parseManifest("just text"), /no Kubernetes object/);
    assert.throws(
      () => parseManifest("apiVersion: v1\nkind: Pod\nmetadata: {}\n"),
      /Pod v1 of the manifest has no metadata.name/,
    );
  });
});

describe("helmArguments", () => {
  const request: ChartRequest = {
    chart: "oci://registry.example.com/chart",
    release: "app",
    namespace: "ns",
    version: "1.2.3",
    devel: true,
    dependencyUpdate: false,
    verify: false,
    plainHttp: false,
    skipCrds: false,
    values: {},
    valueFiles: [],
    repository: {},
    kubeVersion: "v1.35.4",
    apiVersions: ["v1"],
  };

  it("template for the cluster, with CRDs and without hooks", () => {
    assert.deepEqual(helmArguments(request, ["/tmp/v.yaml"]), [
      "template",
      "app",
      "oci://registry.example.com/chart",
      "--namespace",
      "ns",
      "--kube-version",
      "v1.35.4",
      "--api-versions",
      "v1",
      "--no-hooks",
      "--include-crds",
      "--version",
      "1.2.3",
      "--values",
      "/tmp/v.yaml",
    ]);
  });

  it("leave CRDs out on demand", () =>
    assert.equal(helmArguments({ ...request, skipCrds: true }, []).includes("--include-crds"), false));
});

describe("type tokens", () => {
  it("come from a URN", () => {
    assert.equal(typeOfUrn("urn:pulumi:s::p::a:b:C$kubernetes:core/v1:Pod::x::y"), "kubernetes:core/v1:Pod");
  });
  it("tell Patch classes from kinds that end in Patch", () => {
    assert.equal(isPatchType("kubernetes:apps/v1:DeploymentPatch", "Deployment"), true);
    assert.equal(isPatchType("kubernetes:example.com/v1:EyePatch", "EyePatch"), false);
  });
  for (const type of [
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:kustomize/v2:Directory",
    "kubernetes:yaml:ConfigFile",
  ]) {
    it(`refuse ${type}, naming what is served`, () =>
      assert.throws(() => parseTypeToken(type), /not served.*helm\.sh\/v4:Chart/));
  }
});
