import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { patchAsSomebody, providerFor, stepsOf } from "./provider/harness.js";
import { deployment, widgetDefinition } from "./provider/programs.js";
import { ProviderSuite } from "./provider/suite.js";
import { core } from "./support/sandbox.js";

const TOKEN = "s3cret-token-value";

describe("the offline kubernetes provider under the real engine", function () {
  this.timeout(300_000);
  const suite = new ProviderSuite();

  it("creates, shows no change, updates in place, replaces and destroys", async () => {
    const settings = { data: "one", label: "a", selector: "a", scope: "Namespaced" };
    const stack = await suite.stack("life", () => {
      const opts = { provider: providerFor(suite.kubeconfig, { enableConfigMapMutable: true }) };
      const namespace = new k8s.core.v1.Namespace("life", {}, opts);
      const metadata = { namespace: namespace.metadata.name };
      new k8s.core.v1.ConfigMap("settings", { metadata, data: { key: settings.data } }, opts);
      new k8s.core.v1.Secret("token", { metadata, stringData: { token: TOKEN } }, opts);
      deployment(
        "web",
        { namespace: namespace.metadata.name, label: settings.label, selector: settings.selector },
        opts,
      );
    });
    const preview = await stack.preview();
    assert.equal(stepsOf(preview).filter(({ op }) => op === "create").length, 6);
    await stack.up();
    assert.deepEqual(stepsOf(await stack.up()), [], "a second up changes nothing");

    settings.data = "two";
    const update = stepsOf(await stack.preview());
    assert.deepEqual(
      update.map(({ op, name, paths }) => ({ op, name, paths })),
      [{ op: "update", name: "settings", paths: ["data.key"] }],
    );
    await stack.up();

    settings.selector = "b";
    const replaced = stepsOf(await stack.up()).map(({ op, name }) => `${op} ${name}`);
    assert.deepEqual(replaced.sort(), ["create-replacement web", "delete-replaced web", "replace web"]);

    await suite.destroy(stack);
    const namespaces = (await core().listNamespace()).items.map(({ metadata }) => metadata?.name ?? "");
    assert.deepEqual(
      namespaces.filter((name) => name.startsWith("life-")),
      [],
    );
  });

  it("keeps secrets out of the state in clear", async () => {
    const stack = await suite.stack("secrets", () => {
      const opts = { provider: providerFor(suite.kubeconfig) };
      const namespace = new k8s.core.v1.Namespace("secrets", {}, opts);
      const metadata = { namespace: namespace.metadata.name };
      new k8s.core.v1.Secret("token", { metadata, stringData: { token: TOKEN } }, opts);
      new k8s.core.v1.ConfigMap("copy", { metadata, data: { copy: pulumi.secret(`${TOKEN}-copy`) } }, opts);
    });
    await stack.up();
    const state = await suite.harness.storedState("secrets");
    for (const text of [TOKEN, Buffer.from(TOKEN).toString("base64")]) {
      assert.equal(state.includes(text), false, `the stored state must not hold ${text}`);
    }
    assert.match(state, /"ciphertext"/);
  });

  it("fails the preview of an invalid object with the API server's words", async () => {
    let port = 80;
    const stack = await suite.stack("invalid", () => {
      const opts = { provider: providerFor(suite.kubeconfig) };
      const namespace = new k8s.core.v1.Namespace("invalid", { metadata: { name: "provider-e2e-invalid" } }, opts);
      deployment("web", { namespace: namespace.metadata.name, port }, opts);
    });
    port = -1;
    const expected =
      /Deployment provider-e2e-invalid\/web-[0-9a-f]{8} is invalid: .*containerPort: Invalid value: -1: must be between 1 and 65535/;
    await assert.rejects(stack.preview(), expected, "before the namespace exists");
    port = 80;
    await stack.up();
    port = -1;
    await assert.rejects(stack.preview(), expected, "as an update");
  });

  it("changes one field of a custom resource in place", async () => {
    let maxRunners = 3;
    const stack = await suite.stack("custom", () => {
      const opts = { provider: providerFor(suite.kubeconfig) };
      const crd = widgetDefinition("custom", opts);
      const namespace = new k8s.core.v1.Namespace("custom", {}, opts);
      new k8s.apiextensions.CustomResource(
        "set",
        {
          apiVersion: "custom.example.com/v1",
          kind: "Widget",
          metadata: { name: "set", namespace: namespace.metadata.name },
          spec: { maxRunners, labels: ["a", "b"] },
        },
        { ...opts, dependsOn: [crd] },
      );
    });
    await stack.up();
    maxRunners = 5;
    const expected = [
      { op: "update", name: "set", type: "kubernetes:custom.example.com/v1:Widget", paths: ["spec.maxRunners"] },
    ];
    assert.deepEqual(stepsOf(await stack.preview()), expected);
    assert.deepEqual(stepsOf(await stack.up()), expected);
    maxRunners = -1;
    await assert.rejects(stack.preview(), /Widget .*\/set is invalid: spec\.maxRunners: Invalid value: -1/);
  });

  it("keeps a resource that was created but did not become ready, and updates it next time", async () => {
    let replicas = 1;
    const stack = await suite.stack("unready", () => {
      const provider = providerFor(suite.kubeconfig);
      const namespace = new k8s.core.v1.Namespace("unready", {}, { provider });
      // the annotation holds for deletion, too, and a kubelet takes longer
      const opts = { provider, customTimeouts: { delete: "2m" } };
      const annotations = { "pulumi.com/timeoutSeconds": "3" };
      deployment(
        "web",
        { namespace: namespace.metadata.name, replicas, annotations, image: "nowhere.invalid/none" },
        opts,
      );
    });
    await assert.rejects(stack.up(), /Deployment .*\/web-[0-9a-f]{8} was not ready after 3 s: .*0 available/);
    replicas = 0;
    assert.deepEqual(
      stepsOf(await stack.up()).map(({ op, name }) => `${op} ${name}`),
      ["update web"],
    );
  });

  it("waits for finalizers when deleting, and names them when the time is up", async () => {
    const stack = await suite.harness.stack("held", () => {
      const opts = { provider: providerFor(suite.kubeconfig), customTimeouts: { delete: "2s" } };
      const namespace = new k8s.core.v1.Namespace(
        "held",
        { metadata: { name: "provider-e2e-held" } },
        { provider: opts.provider },
      );
      const metadata = { namespace: namespace.metadata.name, name: "held", finalizers: ["example.com/hold"] };
      new k8s.core.v1.ConfigMap("held", { metadata, data: {} }, opts);
      return Promise.resolve();
    });
    await stack.up();
    await assert.rejects(
      stack.destroy(),
      /ConfigMap provider-e2e-held\/held was not gone after 2 s \(held by finalizers .*example\.com\/hold/,
    );
    const metadata = { name: "held", namespace: "provider-e2e-held", finalizers: null };
    await Promise.all([
      stack.destroy(),
      delay(1500).then(() => patchAsSomebody({ apiVersion: "v1", kind: "ConfigMap", metadata })),
    ]);
  });

  it("waits for what pulumi.com/waitFor says", async () => {
    const stack = await suite.stack("waitfor", () => {
      const opts = { provider: providerFor(suite.kubeconfig) };
      const annotations = { "pulumi.com/waitFor": "jsonpath={.data.ready}=yes", "pulumi.com/timeoutSeconds": "20" };
      new k8s.core.v1.ConfigMap(
        "w",
        { metadata: { name: "provider-e2e-wait", namespace: "default", annotations }, data: {} },
        opts,
      );
    });
    const metadata = { name: "provider-e2e-wait", namespace: "default" };
    const started = Date.now();
    await Promise.all([
      stack.up(),
      delay(6000).then(() =>
        patchAsSomebody({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { ready: "yes" } }),
      ),
    ]);
    assert(Date.now() - started > 5000);
  });

  it("says which cluster cannot be reached", async () => {
    const unreachable = suite.kubeconfig.replace(/server: \S+/, "server: https://127.0.0.1:1");
    const stack = await suite.stack("unreachable", () => {
      new k8s.core.v1.Namespace("n", {}, { provider: providerFor(unreachable) });
    });
    await assert.rejects(stack.preview(), /the Kubernetes cluster at https:\/\/127\.0\.0\.1:1 cannot be reached/);
  });
});
