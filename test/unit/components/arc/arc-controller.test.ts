import assert from "node:assert/strict";

import { ArcController, type ArcControllerArgs } from "../../../../components/arc/arc-controller";
import { splitImage } from "../../../../components/arc/controller-values";
import { controllerMonitorSpec } from "../../../../components/arc/pod-monitors";
import { controllerArgs, release } from "../../../support/fixtures";
import { promiseOf, register, type Registrations } from "../../../support/mocks";

const chartType = "kubernetes:helm.sh/v4:Chart";
const budgetType = "kubernetes:policy/v1:PodDisruptionBudget";
const monitorType = "kubernetes:monitoring.coreos.com/v1:PodMonitor";

function controller(changes: Partial<ArcControllerArgs> = {}): ArcController {
  return new ArcController("arc", { ...controllerArgs, ...changes });
}

function values(registrations: Registrations): Record<string, unknown> {
  return registrations.get(chartType, "arc-chart").inputs["values"] as Record<string, unknown>;
}

describe("ArcController", () => {
  const everything = [
    `${chartType} arc-chart < arc`,
    `${budgetType} arc-disruption-budget < arc`,
    `${monitorType} arc-controller-metrics < arc`,
    `${monitorType} arc-listener-metrics < arc`,
    "runner-platform:index:ArcController arc",
  ].sort();

  it("registers chart, disruption budget and pod monitors as children", async () => {
    assert.deepEqual((await register(() => controller())).list(), everything);
  });

  it("registers the same resources in a preview, where computed values are unknown", async () => {
    assert.deepEqual((await register(() => controller(), { preview: true })).list(), everything);
  });

  it("leaves out the budget with one replica, and the monitors when they are off", async () => {
    const registrations = await register(() => controller({ replicas: 1, podMonitors: false }));
    assert.deepEqual(registrations.list(), [`${chartType} arc-chart < arc`, "runner-platform:index:ArcController arc"]);
  });

  it("takes the chart by OCI address and version under a fixed release name", async () => {
    const { values: given, ...rest } = (await register(() => controller())).get(chartType, "arc-chart").inputs;
    assert.ok(given);
    assert.deepEqual(rest, {
      name: "arc",
      namespace: "arc-systems",
      chart: "oci://registry/charts/controller",
      version: "0.14.2",
    });
  });

  it("takes a chart from a folder without a version", async () => {
    const registrations = await register(() => controller({ chart: "/charts/controller", chartVersion: undefined }));
    const { values: given, ...rest } = registrations.get(chartType, "arc-chart").inputs;
    assert.ok(given);
    assert.deepEqual(rest, { name: "arc", namespace: "arc-systems", chart: "/charts/controller" });
  });

  it("sets the values that the chart of 0.14.2 knows", async () => {
    assert.deepEqual(values(await register(() => controller())), {
      fullnameOverride: "arc-gha-rs-controller",
      replicaCount: 2,
      image: { repository: "registry/arc", tag: "0.14.2", pullPolicy: "IfNotPresent" },
      serviceAccount: { create: true, name: "arc-gha-rs-controller" },
      podSecurityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      resources: { requests: { cpu: "100m", memory: "128Mi" } },
      metrics: { controllerManagerAddr: ":8080", listenerAddr: ":8080", listenerEndpoint: "/metrics" },
      flags: {
        logLevel: "info",
        logFormat: "json",
        runnerMaxConcurrentReconciles: 10,
        k8sClientRateLimiterQPS: 50,
        k8sClientRateLimiterBurst: 100,
        updateStrategy: "immediate",
        healthProbeBindAddress: ":8081",
      },
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { "app.kubernetes.io/component": "controller-manager" } },
              },
            },
          ],
        },
      },
    });
  });

  const flags: readonly (readonly [string, readonly string[]])[] = [
    ["0.6.1", ["logFormat", "logLevel", "updateStrategy"]],
    [
      "0.14.1",
      [
        "k8sClientRateLimiterBurst",
        "k8sClientRateLimiterQPS",
        "logFormat",
        "logLevel",
        "runnerMaxConcurrentReconciles",
        "updateStrategy",
      ],
    ],
    [
      "0.15.0",
      [
        "healthProbeBindAddress",
        "k8sClientRateLimiterBurst",
        "k8sClientRateLimiterQPS",
        "logFormat",
        "logLevel",
        "runnerMaxConcurrentReconciles",
      ],
    ],
  ];
  for (const [version, expected] of flags) {
    it(`gives ${version} no flag that would end its manager`, async () => {
      const registrations = await register(() => controller({ release: release(version) }));
      assert.deepEqual(Object.keys(values(registrations)["flags"] as object).sort(), expected);
    });
  }

  it("pauses by a text, since the chart would make 1 of the number 0", async () => {
    const registrations = await register(() => controller({ replicas: 0 }));
    assert.equal(values(registrations)["replicaCount"], "0");
    assert.deepEqual(registrations.ofType(budgetType), []);
  });

  it("says which service account scale sets have to admit", async () => {
    let name: Promise<string> = Promise.resolve("");
    await register(() => {
      name = promiseOf(controller().serviceAccountName);
    });
    assert.equal(await name, "arc-gha-rs-controller");
  });

  it("budgets and scrapes by labels that the chart sets, and names listeners' scale sets", async () => {
    const registrations = await register(() => controller());
    const manager = { "app.kubernetes.io/component": "controller-manager", "app.kubernetes.io/instance": "arc" };
    assert.deepEqual(registrations.get(budgetType, "arc-disruption-budget").inputs["spec"], {
      maxUnavailable: 1,
      selector: { matchLabels: manager },
    });
    assert.deepEqual(
      registrations.get(monitorType, "arc-controller-metrics").inputs["spec"],
      controllerMonitorSpec(manager),
    );
    assert.deepEqual(registrations.get(monitorType, "arc-listener-metrics").inputs["spec"], {
      selector: { matchLabels: { "app.kubernetes.io/component": "runner-scale-set-listener" } },
      podMetricsEndpoints: [
        {
          port: "metrics",
          path: "/metrics",
          relabelings: [
            {
              sourceLabels: ["__meta_kubernetes_pod_label_actions_github_com_scale_set_name"],
              targetLabel: "scale_set",
            },
          ],
        },
      ],
    });
  });
});

describe("splitImage", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const cases: readonly (readonly [string, string, string])[] = [
    ["ghcr.io/actions/arc:0.14.2", "ghcr.io/actions/arc", "0.14.2"],
    ["localhost:5000/arc:1", "localhost:5000/arc", "1"],
    [`localhost:5000/arc:1@${digest}`, "localhost:5000/arc", `1@${digest}`],
    [`localhost:5000/arc@${digest}`, "localhost:5000/arc@sha256", "a".repeat(64)],
  ];
  for (const [image, repository, tag] of cases) {
    it(`cuts ${image} so that the chart joins it again`, () => {
      assert.deepEqual(splitImage(image), { repository, tag });
      assert.equal(`${repository}:${tag}`, image);
    });
  }

  it("fails for an image with neither tag nor digest", () => {
    assert.throws(
      () => splitImage("localhost:5000/arc"),
      new Error('image "localhost:5000/arc" has neither tag nor digest'),
    );
  });
});
