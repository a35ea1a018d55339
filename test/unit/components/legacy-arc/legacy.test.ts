import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { createLegacy, type LegacyArgs } from "../../../../components/legacy-arc";
import { fsGroupOf, isFloating, readRunnerImage } from "../../../../components/legacy-arc/runner-image";
import { TrustNamespace } from "../../../../components/namespace/trust-namespace";
import { legacySettings } from "../../../fixtures/legacy/settings";
import { register, type Registrations } from "../../../support/mocks";

function namespace(name: string, kubernetesName: string): TrustNamespace {
  return new TrustNamespace(name, {
    namespace: kubernetesName,
    podSecurity: "restricted",
    podSecurityVersion: "1.35",
    network: { egressPorts: [443], blockedCidrs: [] },
  });
}

function legacy(
  runners: Readonly<Record<string, unknown>> = {},
  controller: Readonly<Record<string, unknown>> = {},
  changes: Partial<LegacyArgs> = {},
): Promise<Registrations> {
  const settings = legacySettings(runners, controller);
  return register(() =>
    createLegacy(
      {
        settings,
        credential: { kind: "token", token: pulumi.secret("ghp_first") },
        imagePullPolicy: "IfNotPresent",
        podMonitors: false,
        protect: false,
        namespaces: {
          controller: namespace("legacy-controller", settings.namespaces.controller),
          runners: namespace("legacy-runners", settings.namespaces.runners),
        },
        ...changes,
      },
      {},
    ),
  );
}

const controllerType = "runner-platform:index:LegacyArcController";
const chartType = "kubernetes:helm.sh/v4:Chart";
const deploymentType = "kubernetes:actions.summerwind.dev/v1alpha1:RunnerDeployment";

function template(registrations: Registrations): Record<string, unknown> {
  const spec = registrations.get(deploymentType, "example-runners").inputs["spec"];
  return (spec as { template: { spec: Record<string, unknown> } }).template.spec;
}

function values(registrations: Registrations): Record<string, unknown> {
  return registrations.get(chartType, "legacy-arc-chart").inputs["values"] as Record<string, unknown>;
}

describe("createLegacy", () => {
  it("makes the controller and each runner deployment in their namespaces", async () => {
    const registrations = await legacy();
    registrations.get(controllerType, "legacy-arc");
    assert.equal(registrations.get(chartType, "legacy-arc-chart").inputs["namespace"], "actions-runner-system");
    assert.deepEqual(registrations.get(deploymentType, "example-runners").inputs["metadata"], {
      name: "example",
      namespace: "actions-runner",
    });
  });

  it("names the common image and its group where a runner deployment has none, and puts the mirror before each", async () => {
    const registrations = await legacy({}, {}, { mirror: "harbor.example.com/proxy" });
    const runner = "harbor.example.com/proxy/registry/actions-runner:v2.306.0-ubuntu-22.04";
    assert.equal(template(registrations)["image"], runner);
    assert.deepEqual(template(registrations)["securityContext"], { fsGroup: 1001 });
    assert.deepEqual(values(registrations)["image"], {
      repository: "harbor.example.com/proxy/registry/arc",
      tag: "v0.27.6",
      pullPolicy: "IfNotPresent",
      actionsRunnerRepositoryAndTag: runner,
      dindSidecarRepositoryAndTag: "harbor.example.com/proxy/registry/docker:28.5.1-dind",
    });
  });

  it("takes image and group of the runner deployment before the common ones", async () => {
    const pod = template(await legacy({ image: "registry/own:1.0.0", fsGroup: 2000, labels: [] }));
    assert.equal(pod["image"], "registry/own:1.0.0");
    assert.deepEqual(pod["securityContext"], { fsGroup: 2000 });
  });

  for (const [kind, name] of [
    ["repository", "acme/app"],
    ["organization", "acme"],
    ["enterprise", "acme-inc"],
  ] as const) {
    it(`registers runners of the ${kind}`, async () => {
      const pod = template(await legacy({ organization: undefined, [kind]: name }));
      const scopes = ["repository", "organization", "enterprise"].filter((key) => key in pod);
      assert.deepEqual([scopes, pod[kind]], [[kind], name]);
    });
  }

  it("passes a fixed number of runners", async () => {
    const registrations = await legacy({ autoscaler: undefined, replicas: 4 });
    const spec = registrations.get(deploymentType, "example-runners").inputs["spec"] as Record<string, unknown>;
    assert.equal(spec["replicas"], 4);
  });

  it("runs the webhook server only when settings enable it", async () => {
    const webhookToken = pulumi.secret("hook-secret");
    const server = { enabled: true, replicas: 1, resources: { requests: { cpu: "20m", memory: "32Mi" } } };
    const on = values(await legacy({}, { webhookServer: server }, { webhookToken }));
    assert.equal((on["githubWebhookServer"] as Record<string, unknown>)["enabled"], true);
    const off = values(await legacy({}, { webhookServer: { ...server, enabled: false } }, { webhookToken }));
    assert.deepEqual(off["githubWebhookServer"], { enabled: false });
  });
});

describe("what a runner image's name says", () => {
  const cases = [
    ["summerwind/actions-runner:v2.306.0-ubuntu-22.04", { ubuntu: "22.04", version: "2.306.0", daemon: "no" }, 1001],
    ["summerwind/actions-runner:v2.306.0-ubuntu-20.04", { ubuntu: "20.04", version: "2.306.0", daemon: "no" }, 1000],
    ["summerwind/actions-runner-dind:ubuntu-22.04", { ubuntu: "22.04", daemon: "yes" }, 1001],
    ["localhost:5000/own:1.2.3", { daemon: "unknown" }, undefined],
    ["registry/own:1.2.3-dind", { daemon: "yes" }, undefined],
    ["registry/own@sha256:abc", { daemon: "unknown" }, undefined],
  ] as const;
  for (const [image, said, group] of cases) {
    it(`is read from ${image}`, () => {
      assert.deepEqual([readRunnerImage(image), fsGroupOf(image)], [said, group]);
    });
  }

  const floating = [
    "latest",
    "v2",
    "2.306",
    "ubuntu-22.04",
    "v2.306-ubuntu-22.04",
    "dind",
    "28-dind",
    "28.5-dind-rootless",
  ];
  const fixed = ["v2.306.0-ubuntu-22.04", "28.5.1-dind", "sandbox", "build-1234", "2026-07-18"];
  for (const tag of floating) {
    it(`moves with the tag ${tag}`, () => {
      assert.equal(isFloating(`registry/own:${tag}`), true);
      assert.equal(isFloating(`registry/own:${tag}@sha256:${"0".repeat(64)}`), false);
    });
  }
  for (const tag of fixed) {
    it(`stays with the tag ${tag}`, () => {
      assert.equal(isFloating(`registry/own:${tag}`), false);
    });
  }
});
