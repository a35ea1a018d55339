import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { momentsOf, providerFor, stepsOf } from "./provider/harness.js";
import { ProviderSuite } from "./provider/suite.js";

const TOKEN = "s3cret-token-value";

/** Of several resources of one name, the first to begin and the last to end must keep the order. */
function assertOrder(moments: readonly string[], expected: readonly string[]): void {
  const places = expected.map((moment) =>
    /^(created|deleted) /.test(moment) ? moments.lastIndexOf(moment) : moments.indexOf(moment),
  );
  assert(!places.includes(-1), `${expected.join(", ")} in:\n${moments.join("\n")}`);
  assert.deepEqual(
    places,
    [...places].sort((left, right) => left - right),
    moments.join("\n"),
  );
}

describe("components and policies with the offline kubernetes provider", function () {
  this.timeout(300_000);
  const suite = new ProviderSuite();

  it("renders a chart whose objects are its children, CRDs before all others and accounts before workloads", async () => {
    const size = { value: 1 };
    const stack = await suite.stack("chart", () => {
      const provider = providerFor(suite.kubeconfig);
      const namespace = new k8s.core.v1.Namespace("chart", { metadata: { name: "provider-e2e-chart" } }, { provider });
      new k8s.helm.v4.Chart(
        "app",
        {
          chart: `${__dirname}/provider/chart`,
          namespace: namespace.metadata.name,
          values: { size: size.value, token: pulumi.secret(TOKEN) },
        },
        { provider },
      );
    });
    const names = stepsOf(await stack.preview()).map(({ name }) => name);
    const created = momentsOf(await stack.up(), "create");
    assertOrder(created, [
      "created app:gadgets.chart.example.com",
      "create app:provider-e2e-chart/app",
      "created app:provider-e2e-chart/app",
      "create app:provider-e2e-chart/app-controller",
    ]);
    assertOrder(created, ["created app:gadgets.chart.example.com", "create app:provider-e2e-chart/app-gadget"]);
    const expected = [
      "app:gadgets.chart.example.com",
      "app:provider-e2e-chart/app-gadget",
      "app:provider-e2e-chart/app-settings",
      "app:provider-e2e-chart/app-token",
    ];
    for (const name of expected) assert(names.includes(name), `${name} in ${names.join(", ")}`);
    assert.equal(
      names.some((name) => name.includes("hook")),
      false,
      "hooks are left out",
    );
    const state = await suite.harness.storedState("chart");
    assert.match(state, /chart\.example\.com\/v1:Gadget/);
    assert.equal(state.includes(TOKEN), false);
    assert.deepEqual(stepsOf(await stack.up()), []);
    size.value = 2;
    assert.deepEqual(
      stepsOf(await stack.up()).map(({ op, name, paths }) => ({ op, name, paths })),
      [{ op: "update", name: "app:provider-e2e-chart/app-gadget", paths: ["spec.size"] }],
    );
    const deleted = momentsOf(await suite.destroy(stack), "delete");
    assertOrder(deleted, [
      "deleted app:provider-e2e-chart/app-controller",
      "delete app:provider-e2e-chart/app",
      "deleted app:provider-e2e-chart/app",
      "delete app:gadgets.chart.example.com",
    ]);
  });

  it("refuses what only the real plugin serves, naming what is served", async () => {
    const stack = await suite.stack("release", () => {
      const opts = { provider: providerFor(suite.kubeconfig) };
      new k8s.helm.v3.Release("r", { chart: "./nothing" }, opts);
    });

    await assert.rejects(
      stack.preview(),
      /kubernetes:helm\.sh\/v3:Release is not served by the offline kubernetes provider: use kubernetes\.helm\.v4\.Chart/,
    );
  });

  it("runs a mandatory policy over its resources", async () => {
    const stack = await suite.harness.stackWithPolicies("policy", () => {
      const opts = { provider: providerFor(suite.kubeconfig) };
      new k8s.core.v1.ConfigMap("bad", { metadata: { namespace: "default" }, data: { forbidden: "x" } }, opts);
      return Promise.resolve();
    });
    await assert.rejects(
      stack.preview([`${__dirname}/provider/policy`]),
      /config-map-disallow-forbidden.*\n?.*the key "forbidden" is not allowed/s,
    );
  });
});
