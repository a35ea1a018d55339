import assert from "node:assert/strict";

import { NodeApp, type NodeAppArgs } from "../../../../components/apps/node-app";
import { register, type Registrations } from "../../../support/mocks";

const resources = { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "100m", memory: "128Mi" } };

const args: NodeAppArgs = {
  app: "exporter",
  namespace: "monitoring",
  bundle: { code: "console.log(1)", hash: "0123456789abcdef".repeat(4) },
  config: { "a.json": "{}", "b.json": "[]" },
  env: [{ name: "SETTINGS", value: "/config/a.json" }],
  image: "registry/node:22",
  imagePullPolicy: "IfNotPresent",
  resources,
  serviceAccountName: "exporter",
  callsApiServer: false,
};

function make(changes: Partial<NodeAppArgs> = {}, preview = false): Promise<Registrations> {
  return register(() => new NodeApp("metrics-app", { ...args, ...changes }), { preview });
}

const kinds = {
  configMap: "kubernetes:core/v1:ConfigMap",
  deployment: "kubernetes:apps/v1:Deployment",
  podMonitor: "kubernetes:monitoring.coreos.com/v1:PodMonitor",
};

function nameIn(registrations: Registrations, configMap: string): string {
  const { metadata } = registrations.get(kinds.configMap, configMap).inputs as { metadata: { name: string } };
  return metadata.name;
}

const labels = { "app.kubernetes.io/name": "exporter", "app.kubernetes.io/part-of": "runner-platform" };

describe("NodeApp", () => {
  const everything = [
    `${kinds.deployment} metrics-app-deployment < metrics-app`,
    `${kinds.configMap} metrics-app-code < metrics-app`,
    `${kinds.configMap} metrics-app-config < metrics-app`,
    "runner-platform:index:NodeApp metrics-app",
  ].sort();

  for (const preview of [false, true]) {
    it(`registers code, configuration and Deployment as children${preview ? ", in a preview too" : ""}`, async () => {
      assert.deepEqual((await make({}, preview)).list(), everything);
    });
  }

  it("keeps the code in an immutable ConfigMap that is named for its content", async () => {
    const registrations = await make();
    assert.deepEqual(registrations.get(kinds.configMap, "metrics-app-code").inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "exporter-code-0123456789", namespace: "monitoring", labels },
      immutable: true,
      data: { "main.cjs": "console.log(1)" },
    });
    assert.equal(registrations.get(kinds.configMap, "metrics-app-code").deleteBeforeReplace, false);
  });

  it("names the configuration for its content, whatever the order of its files", async () => {
    const name = nameIn(await make(), "metrics-app-config");
    assert.match(name, /^exporter-config-[0-9a-f]{10}$/);
    const same = await make({ config: { "b.json": "[]", "a.json": "{}" } });
    assert.equal(nameIn(same, "metrics-app-config"), name);
    const other = await make({ config: { "a.json": "{}", "b.json": "[1]" } });
    assert.notEqual(nameIn(other, "metrics-app-config"), name);
  });

  it("runs exactly this pod, one at a time, with nothing that level restricted forbids", async () => {
    const registrations = await make();
    const config = nameIn(registrations, "metrics-app-config");
    assert.deepEqual(registrations.get(kinds.deployment, "metrics-app-deployment").inputs, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "exporter", namespace: "monitoring", labels },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 2,
        strategy: { type: "Recreate" },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: "exporter",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 1000,
              runAsGroup: 1000,
              seccompProfile: { type: "RuntimeDefault" },
            },
            terminationGracePeriodSeconds: 10,
            containers: [
              {
                name: "exporter",
                image: "registry/node:22",
                imagePullPolicy: "IfNotPresent",
                command: ["node", "/app/main.cjs"],
                env: [
                  { name: "SETTINGS", value: "/config/a.json" },
                  { name: "PORT", value: "8080" },
                ],
                ports: [{ name: "metrics", containerPort: 8080 }],
                readinessProbe: { httpGet: { path: "/healthz", port: "metrics" }, periodSeconds: 5 },
                livenessProbe: {
                  httpGet: { path: "/healthz", port: "metrics" },
                  periodSeconds: 30,
                  timeoutSeconds: 5,
                  failureThreshold: 3,
                },
                resources,
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [
                  { name: "code", mountPath: "/app", readOnly: true },
                  { name: "config", mountPath: "/config", readOnly: true },
                ],
              },
            ],
            volumes: [
              { name: "code", configMap: { name: "exporter-code-0123456789" } },
              { name: "config", configMap: { name: config } },
            ],
          },
        },
      },
    });
  });

  it("mounts a token only for a program that talks to the API server", async () => {
    const registrations = await make({ callsApiServer: true });
    const { spec } = registrations.get(kinds.deployment, "metrics-app-deployment").inputs as {
      spec: { template: { spec: { automountServiceAccountToken: boolean } } };
    };
    assert.equal(spec.template.spec.automountServiceAccountToken, true);
  });

  it("makes a PodMonitor on demand", async () => {
    const registrations = await make({ podMonitor: true });
    assert.deepEqual(registrations.get(kinds.podMonitor, "metrics-app-metrics").inputs["spec"], {
      selector: { matchLabels: labels },
      podMetricsEndpoints: [{ port: "metrics", path: "/metrics" }],
    });
  });
});
