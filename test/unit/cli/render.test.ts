import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { PreviewedObject } from "../../../cli/preview/report";
import { writeFolder } from "../../../cli/render/folder";
import { renderManifests } from "../../../cli/render/manifests";
import { secretsPage } from "../../../cli/render/secrets";
import { UserError } from "../../../cli/user-error";
import { UNKNOWN } from "../../../sandbox/providers/shared/values";
import { temporaryFolder } from "../../support/temporary";

function object(type: string, name: string, inputs: Readonly<Record<string, unknown>>): PreviewedObject {
  const urn = `urn:pulumi:dev::runner-platform::${type}::${name}`;
  return { urn, type, name, parent: "", custom: true, inputs };
}

const configMap = (name: string, more: object = {}): PreviewedObject =>
  object("kubernetes:core/v1:ConfigMap", name, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "apps" },
    ...more,
  });

describe("objects as files", () => {
  it("have one file each, definitions in a folder of their own, keys in a fixed order", () => {
    const { files, secrets, problems } = renderManifests([
      configMap("b", { data: { z: "1", a: "2" } }),
      object("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "x", {
        kind: "CustomResourceDefinition",
        apiVersion: "apiextensions.k8s.io/v1",
        metadata: { name: "things.example.com" },
        spec: { group: "example.com" },
      }),
      object("kubernetes:rbac.authorization.k8s.io/v1:Role", "role", {
        metadata: { name: "cm:Tokens", namespace: "apps" },
      }),
    ]);
    assert.deepEqual([secrets, problems], [[], []]);
    assert.deepEqual(files, [
      {
        path: "0-crd/apiextensions.k8s.io_v1-customresourcedefinition-things.example.com.yaml",
        content:
          "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.example.com\nspec:\n  group: example.com\n",
      },
      {
        path: "1-manifest/rbac.authorization.k8s.io_v1-role-apps-cm_tokens.yaml",
        content:
          "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: cm:Tokens\n  namespace: apps\n",
      },
      {
        path: "1-manifest/v1-configmap-apps-b.yaml",
        content:
          'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n  namespace: apps\ndata:\n  a: "2"\n  z: "1"\n',
      },
    ]);
  });

  it("leave out components, providers, what is no object of the cluster, and annotations that only Pulumi reads", () => {
    const annotations = { "pulumi.com/skipAwait": "true", keep: "me" };
    const { files } = renderManifests([
      { ...object("runner-platform:index:Platform", "platform", {}), custom: false },
      object("pulumi:providers:kubernetes", "platform-kubernetes", { kubeconfig: "[secret]" }),
      object("aws:iam/role:Role", "role", {}),
      configMap("a", { metadata: { name: "a", namespace: "apps", annotations } }),
    ]);
    assert.equal(files.length, 1);
    assert.match(files[0]?.content ?? "", /annotations:\n {4}keep: me\n {2}name/);
    assert.ok(!(files[0]?.content ?? "").includes("pulumi.com"));
  });

  it("never include a Secret, which is listed with its keys instead", () => {
    const secret = object("kubernetes:core/v1:Secret", "token", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "token", namespace: "apps" },
      stringData: "[secret]",
    });
    const { files, secrets } = renderManifests([secret]);
    assert.deepEqual(files, []);
    const page = secretsPage("dev", secrets, new Map([[secret.urn, ["ca", "token"]]]));
    assert.equal(page?.path, "SECRETS.md");
    assert.match(page.content, /^\| apps \| `token` \| Opaque \| `ca`, `token` \|$/m);
    assert.equal(secretsPage("dev", [], new Map()), undefined);
  });

  it("are refused where something is secret or known only later, each place by its name", () => {
    const { files, problems } = renderManifests([
      configMap("a", { data: { url: UNKNOWN, list: ["x", "[secret]"] } }),
      configMap("b"),
      { ...configMap("c"), inputs: configMap("b").inputs },
    ]);
    assert.deepEqual(problems, [
      "ConfigMap a: data.list[1] is secret, and nothing secret may be written",
      "ConfigMap a: data.url is known only after a deployment",
      "ConfigMap c: there are two objects for 1-manifest/v1-configmap-apps-b.yaml",
    ]);
    assert.equal(files.length, 1);
  });
});

describe("a folder of rendered objects", () => {
  const folder = temporaryFolder();
  const file = (path: string, content = path) => ({ path, content });
  const one = file("1-manifest/v1-configmap-apps-a.yaml");
  const two = file("0-crd/things.yaml");

  it("is brought up to date: changed files are written, stale ones removed, others not touched", () => {
    const target = join(folder(), "out");
    assert.deepEqual(writeFolder(target, "dev", [one, two]), { written: 2, unchanged: 0, removed: 0 });
    writeFileSync(join(target, "README.md"), "mine");
    const before = statSync(join(target, one.path)).mtimeMs;
    assert.deepEqual(writeFolder(target, "dev", [one]), { written: 0, unchanged: 1, removed: 1 });
    assert.equal(statSync(join(target, one.path)).mtimeMs, before);
    assert.ok(!existsSync(join(target, "0-crd")));
    assert.equal(readFileSync(join(target, "README.md"), "utf8"), "mine");
  });

  it("is refused when it belongs to another stack", () => {
    writeFolder(folder(), "dev", [one]);
    assert.throws(
      () => writeFolder(folder(), "prod", [one]),
      new UserError(`${folder()} holds the objects of stack dev: take another folder, or remove that one`),
    );
  });

  it("keeps files of other people, also where their names are needed", () => {
    mkdirSync(join(folder(), "1-manifest"));
    writeFileSync(join(folder(), one.path), "mine");
    assert.throws(
      () => writeFolder(folder(), "dev", [one, two]),
      /that were not rendered, under names that are needed: 1-manifest/,
    );
    assert.equal(readFileSync(join(folder(), one.path), "utf8"), "mine");
    assert.ok(!existsSync(join(folder(), two.path)));
  });

  it("removes nothing outside of it, whatever the list of an earlier run says", () => {
    writeFileSync(join(folder(), ".rendered.json"), JSON.stringify({ stack: "dev", files: ["../victim"] }));
    assert.throws(() => writeFolder(folder(), "dev", [one]), /is not the list of an earlier run/);
  });
});
