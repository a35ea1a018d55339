import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import {
  LegacyArcController,
  type LegacyArcControllerArgs,
} from "../../../../components/legacy-arc/legacy-arc-controller";
import { register, type Registrations } from "../../../support/mocks";

const kinds = {
  component: "runner-platform:index:LegacyArcController",
  chart: "kubernetes:helm.sh/v4:Chart",
  secret: "kubernetes:core/v1:Secret",
  policy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  mutating: "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfigurationPatch",
  validating: "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfigurationPatch",
  monitor: "kubernetes:monitoring.coreos.com/v1:PodMonitor",
};

const args: LegacyArcControllerArgs = {
  namespace: "actions-runner-system",
  runnerNamespace: "actions-runner",
  chart: "actions-runner-controller",
  chartRepository: "https://charts.example.com/arc",
  chartVersion: "0.23.7",
  image: "registry/arc:v0.27.6",
  runnerImage: "registry/runner:1.0.0",
  dindImage: "registry/docker:28.5.1-dind",
  imagePullPolicy: "IfNotPresent",
  replicas: 2,
  resources: { requests: { cpu: "100m", memory: "128Mi" } },
  syncPeriod: "1m",
  logLevel: "info",
  logFormat: "json",
  credential: { kind: "token", token: pulumi.secret("ghp_first") },
  podMonitors: true,
};

const webhookServer = {
  replicas: 2,
  resources: { requests: { cpu: "20m", memory: "32Mi" } },
  token: pulumi.secret("hook-secret"),
};

function controller(changes: Partial<LegacyArcControllerArgs> = {}): LegacyArcController {
  return new LegacyArcController("legacy-arc", { ...args, ...changes });
}

function values(registrations: Registrations): Record<string, unknown> {
  return registrations.get(kinds.chart, "legacy-arc-chart").inputs["values"] as Record<string, unknown>;
}

function secretName(registrations: Registrations, name = "legacy-arc-controller-manager"): string {
  const metadata = registrations.get(kinds.secret, name).inputs["metadata"] as { name: string };
  return metadata.name;
}

const podSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};
const securityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

describe("LegacyArcController", () => {
  const everything = [
    `${kinds.chart} legacy-arc-chart < legacy-arc`,
    `${kinds.monitor} legacy-arc-metrics < legacy-arc`,
    `${kinds.mutating} legacy-arc-mutating-gate < legacy-arc`,
    `${kinds.policy} legacy-arc-webhooks < legacy-arc`,
    `${kinds.secret} legacy-arc-controller-manager < legacy-arc`,
    `${kinds.validating} legacy-arc-validating-gate < legacy-arc`,
    `${kinds.component} legacy-arc`,
  ].sort();

  it("registers credential, chart, gates, policy and monitor as children", async () => {
    assert.deepEqual((await register(() => controller())).list(), everything);
  });

  it("registers the same resources in a preview, where computed values are unknown", async () => {
    assert.deepEqual((await register(() => controller(), { preview: true })).list(), everything);
  });

  it("takes the chart by name, repository and version under the release name that operators know", async () => {
    const { values: given, ...rest } = (await register(() => controller())).get(kinds.chart, "legacy-arc-chart").inputs;
    assert.ok(given);
    assert.deepEqual(rest, {
      name: "actions-runner-controller",
      namespace: "actions-runner-system",
      chart: "actions-runner-controller",
      repositoryOpts: { repo: "https://charts.example.com/arc" },
      version: "0.23.7",
    });
  });

  it("takes a chart from a folder without repository and version", async () => {
    const registrations = await register(() =>
      controller({ chart: "/charts/arc", chartRepository: undefined, chartVersion: undefined }),
    );
    const { values: given, ...rest } = registrations.get(kinds.chart, "legacy-arc-chart").inputs;
    assert.ok(given);
    assert.deepEqual(rest, {
      name: "actions-runner-controller",
      namespace: "actions-runner-system",
      chart: "/charts/arc",
    });
  });

  it("sets the values of the chart, and no others", async () => {
    const registrations = await register(() => controller());
    assert.deepEqual(values(registrations), {
      fullnameOverride: "actions-runner-controller",
      replicaCount: 2,
      enableLeaderElection: true,
      syncPeriod: "1m",
      logLevel: "info",
      logFormat: "json",
      authSecret: { enabled: true, create: false, name: secretName(registrations) },
      image: {
        repository: "registry/arc",
        tag: "v0.27.6",
        pullPolicy: "IfNotPresent",
        actionsRunnerRepositoryAndTag: "registry/runner:1.0.0",
        dindSidecarRepositoryAndTag: "registry/docker:28.5.1-dind",
      },
      serviceAccount: { create: true, name: "actions-runner-controller" },
      podSecurityContext,
      securityContext,
      resources: { requests: { cpu: "100m", memory: "128Mi" } },
      webhookPort: 9443,
      metrics: { port: 8080, proxy: { enabled: false } },
      scope: { singleNamespace: true, watchNamespace: "actions-runner" },
      certManagerEnabled: true,
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { "app.kubernetes.io/instance": "actions-runner-controller" } },
              },
            },
          ],
        },
      },
      githubWebhookServer: { enabled: false },
    });
  });

  it("makes neither budget nor spread for a single replica", async () => {
    const given = values(await register(() => controller({ replicas: 1 })));
    assert.equal("podDisruptionBudget" in given, false);
    assert.equal("affinity" in given, false);
  });

  it("passes the addresses of an Enterprise Server and of a stand-in", async () => {
    const given = values(
      await register(() =>
        controller({
          githubEnterpriseServerUrl: "https://ghes.example.com",
          githubApiUrl: "https://ghes.example.com/api/v3/",
          runnerGithubUrl: "https://ghes.internal",
        }),
      ),
    );
    assert.equal(given["githubEnterpriseServerURL"], "https://ghes.example.com");
    assert.equal(given["githubURL"], "https://ghes.example.com/api/v3/");
    assert.equal(given["runnerGithubURL"], "https://ghes.internal");
  });

  it("waits until the authority of the certificate is in each webhook", async () => {
    const registrations = await register(() => controller());
    const mutating = registrations.get(kinds.mutating, "legacy-arc-mutating-gate");
    const expression = (index: number): string => `jsonpath={.webhooks[${index}].clientConfig.caBundle}`;
    assert.deepEqual(mutating.inputs["metadata"], {
      name: "actions-runner-controller-mutating-webhook-configuration",
      annotations: {
        "pulumi.com/waitFor": JSON.stringify([0, 1, 2, 3].map(expression)),
        "pulumi.com/timeoutSeconds": "300",
      },
    });
    assert.deepEqual(mutating.dependencies, ["legacy-arc-chart"]);
    const validating = registrations.get(kinds.validating, "legacy-arc-validating-gate");
    assert.deepEqual(validating.inputs["metadata"], {
      name: "actions-runner-controller-validating-webhook-configuration",
      annotations: {
        "pulumi.com/waitFor": JSON.stringify([0, 1, 2].map(expression)),
        "pulumi.com/timeoutSeconds": "300",
      },
    });
  });

  it("does without cert-manager when it is given an authority", async () => {
    const registrations = await register(() => controller({ caBundle: "-----BEGIN CERTIFICATE-----" }));
    assert.equal(values(registrations)["certManagerEnabled"], false);
    assert.deepEqual(values(registrations)["admissionWebHooks"], {
      caBundle: Buffer.from("-----BEGIN CERTIFICATE-----").toString("base64"),
    });
    assert.deepEqual([...registrations.ofType(kinds.mutating), ...registrations.ofType(kinds.validating)], []);
  });

  it("keeps the token secret and in one place", async () => {
    const registrations = await register(() => controller());
    const secret = registrations.get(kinds.secret, "legacy-arc-controller-manager");
    assert.deepEqual(secret.inputs["stringData"], { github_token: "ghp_first" });
    assert.ok(secret.secretPaths.includes("stringData"));
    const others = registrations.all.filter(({ name }) => name !== secret.name);
    assert.equal(JSON.stringify(others.map(({ inputs }) => inputs)).includes("ghp_first"), false);
    assert.deepEqual(
      others.flatMap(({ secretPaths }) => secretPaths),
      [],
    );
  });

  it("writes the keys of a GitHub App instead of a token", async () => {
    const credential = { kind: "app", appId: "1", installationId: "2", privateKey: pulumi.secret("pem") } as const;
    const registrations = await register(() => controller({ credential }));
    assert.deepEqual(registrations.get(kinds.secret, "legacy-arc-controller-manager").inputs["stringData"], {
      github_app_id: "1",
      github_app_installation_id: "2",
      github_app_private_key: "pem",
    });
  });

  it("renames Secret and reference, hence restarts the controller, when the credential changes", async () => {
    const first = await register(() => controller());
    const second = await register(() =>
      controller({ credential: { kind: "token", token: pulumi.secret("ghp_second") } }),
    );
    assert.match(secretName(first), /^controller-manager-[0-9a-f]{10}$/);
    assert.notEqual(secretName(first), secretName(second));
    assert.deepEqual(values(second)["authSecret"], { enabled: true, create: false, name: secretName(second) });
    assert.deepEqual(first.list(), second.list());
  });

  it("runs the server for GitHub's webhooks with their secret, when asked to", async () => {
    const registrations = await register(() => controller({ webhookServer }));
    const name = secretName(registrations, "legacy-arc-github-webhook-server");
    assert.deepEqual(values(registrations)["githubWebhookServer"], {
      enabled: true,
      replicaCount: 2,
      logLevel: "info",
      logFormat: "json",
      secret: { enabled: true, create: false, name },
      podSecurityContext,
      securityContext,
      resources: { requests: { cpu: "20m", memory: "32Mi" } },
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    });
    const secret = registrations.get(kinds.secret, "legacy-arc-github-webhook-server");
    assert.deepEqual(secret.inputs["stringData"], { github_webhook_secret_token: "hook-secret" });
    assert.ok(secret.secretPaths.includes("stringData"));
  });

  it("opens the port of the admission webhooks, and that of GitHub's webhooks with their server alone", async () => {
    const spec = (ports: readonly number[]): object => ({
      podSelector: { matchLabels: { "app.kubernetes.io/name": "actions-runner-controller" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: ports.map((port) => ({ protocol: "TCP", port })) }],
    });
    const without = (await register(() => controller())).get(kinds.policy, "legacy-arc-webhooks");
    assert.deepEqual(without.inputs["spec"], spec([9443]));
    assert.deepEqual(without.inputs["metadata"], {
      name: "allow-legacy-webhooks",
      namespace: "actions-runner-system",
    });
    const registrations = await register(() => controller({ webhookServer }));
    assert.deepEqual(registrations.get(kinds.policy, "legacy-arc-webhooks").inputs["spec"], spec([9443, 8000]));
  });

  it("opens the port before it starts the controller", async () => {
    const chart = (await register(() => controller())).get(kinds.chart, "legacy-arc-chart");
    assert.deepEqual(chart.dependencies, ["legacy-arc-controller-manager", "legacy-arc-webhooks"]);
  });

  it("is ready with the chart and the gates", async () => {
    let ready: readonly pulumi.Resource[] = [];
    await register(() => {
      const made = controller();
      ready = made.ready;
      assert.deepEqual(ready, [made.nodes.chart, ...made.nodes.webhookGates]);
    });
    assert.equal(ready.length, 3);
  });

  it("scrapes the pods by the chart's labels, and makes no monitor when they are off", async () => {
    const monitor = (await register(() => controller())).get(kinds.monitor, "legacy-arc-metrics");
    assert.deepEqual(monitor.inputs["spec"], {
      selector: { matchLabels: { "app.kubernetes.io/name": "actions-runner-controller" } },
      podMetricsEndpoints: [{ port: "metrics-port", path: "/metrics" }],
    });
    assert.deepEqual((await register(() => controller({ podMonitors: false }))).ofType(kinds.monitor), []);
  });
});
