import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { applyObjects } from "../../sandbox/cluster/api.js";
import { patchAsSomebody, providerFor, stepsOf } from "./provider/harness.js";
import { deployment } from "./provider/programs.js";
import { ProviderSuite } from "./provider/suite.js";
import { core, kubeconfig } from "./support/sandbox.js";

describe("the offline kubernetes provider and objects that somebody else made or changed", function () {
  this.timeout(300_000);
  const suite = new ProviderSuite();

  it("refuses to create what already exists, and imports it", async () => {
    await applyObjects(kubeconfig(), [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "provider-e2e-taken" } },
    ]);
    const imports: pulumi.CustomResourceOptions = {};
    const stack = await suite.stack("taken", () => {
      const opts = { provider: providerFor(suite.kubeconfig), ...imports };
      new k8s.core.v1.Namespace("taken", { metadata: { name: "provider-e2e-taken" } }, opts);
    });
    await assert.rejects(stack.up(), /Namespace provider-e2e-taken already exists in the cluster.*import/);
    imports.import = "provider-e2e-taken";
    assert.deepEqual(
      stepsOf(await stack.up()).flatMap(({ op }) => (op === "import" ? [op] : [])),
      ["import"],
    );
    imports.import = undefined;
    assert.deepEqual(stepsOf(await stack.up()), []);
  });

  it("sees drift in a refresh, and not the API server's defaults", async () => {
    const stack = await suite.stack("drift", () => {
      const opts = { provider: providerFor(suite.kubeconfig, { enableConfigMapMutable: true }) };
      const namespace = new k8s.core.v1.Namespace("drift", { metadata: { name: "provider-e2e-drift" } }, opts);
      const metadata = { namespace: namespace.metadata.name, name: "settings" };
      new k8s.core.v1.ConfigMap("settings", { metadata, data: { key: "one" } }, opts);
      deployment("web", { namespace: namespace.metadata.name }, opts);
    });
    await stack.up();
    await stack.refresh();
    assert.deepEqual(stepsOf(await stack.preview()), [], "defaults are no drift");
    const metadata = { name: "settings", namespace: "provider-e2e-drift" };
    await patchAsSomebody({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { key: "changed", more: "x" } });
    await stack.refresh();
    const [step, ...others] = stepsOf(await stack.preview());
    assert.deepEqual([step?.op, step?.name, step?.paths, others], ["update", "settings", ["data.key"], []]);
    // whoever made the change above owns the field now
    await assert.rejects(
      stack.up(),
      /ConfigMap provider-e2e-drift\/settings has fields that somebody else manages:\n.*\.data\.key.*somebody-else/,
    );
    await core().deleteNamespacedConfigMap(metadata);
    await stack.refresh();
    assert.deepEqual(
      stepsOf(await stack.up()).map(({ op, name }) => `${op} ${name}`),
      ["create settings"],
    );
  });

  it("gives up the fields of a Patch resource instead of deleting its object", async () => {
    const stack = await suite.harness.stack("patch", () => {
      const opts = { provider: providerFor(suite.kubeconfig) };
      const metadata = { name: "default", labels: { "provider-e2e": "patched" } };
      new k8s.core.v1.NamespacePatch("patched", { metadata }, opts);
      return Promise.resolve();
    });
    const label = async () => (await core().readNamespace({ name: "default" })).metadata?.labels?.["provider-e2e"];
    await stack.up();
    assert.equal(await label(), "patched");
    await stack.destroy();
    assert.equal(await label(), undefined);
  });
});
