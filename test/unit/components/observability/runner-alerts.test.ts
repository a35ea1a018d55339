import assert from "node:assert/strict";

import { parse } from "yaml";

import { phaseMetricsConfig } from "../../../../components/observability/phase-metrics";
import { RunnerAlerts, type RunnerAlertsArgs } from "../../../../components/observability/runner-alerts";
import { runnerRules } from "../../../../components/observability/runner-rules";
import { register } from "../../../support/mocks";

const ruleType = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";
const configMapType = "kubernetes:core/v1:ConfigMap";
const args: RunnerAlertsArgs = {
  controllerNamespace: "arc-systems",
  controllerName: "arc",
  scaleSets: [{ name: "runner-base", maxRunners: 10 }],
  runbookBaseUrl: "https://git.example.com/runbooks",
};

function alerts(changes: Partial<RunnerAlertsArgs> = {}): RunnerAlerts {
  return new RunnerAlerts("runner-alerts", { ...args, ...changes });
}

describe("RunnerAlerts", () => {
  for (const preview of [false, true]) {
    it(`registers the rule alone by default${preview ? ", in a preview too" : ""}`, async () => {
      const registrations = await register(() => alerts(), { preview });
      assert.deepEqual(registrations.list(), [
        `${ruleType} runner-alerts-rule < runner-alerts`,
        "runner-platform:index:RunnerAlerts runner-alerts",
      ]);
      assert.deepEqual(registrations.get(ruleType, "runner-alerts-rule").inputs, {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name: "runner-alerts", namespace: "arc-systems" },
        spec: runnerRules({ ...args, phaseMetrics: false }),
      });
    });
  }

  it("labels the rule as the operator's selector wants it", async () => {
    const { inputs } = (await register(() => alerts({ labels: { release: "prometheus" } }))).get(
      ruleType,
      "runner-alerts-rule",
    );
    assert.deepEqual(inputs["metadata"], {
      name: "runner-alerts",
      namespace: "arc-systems",
      labels: { release: "prometheus" },
    });
  });

  it("gives kube-state-metrics its configuration and watches the phase, where that is asked for", async () => {
    const registrations = await register(() => alerts({ kubeStateMetricsNamespace: "monitoring" }));
    assert.deepEqual(registrations.get(configMapType, "runner-alerts-phase-metrics").inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "runner-platform-kube-state-metrics", namespace: "monitoring" },
      data: { "config.yaml": phaseMetricsConfig() },
    });
    assert.deepEqual(
      registrations.get(ruleType, "runner-alerts-rule").inputs["spec"],
      runnerRules({ ...args, phaseMetrics: true }),
    );
  });
});

describe("phaseMetricsConfig", () => {
  it("asks for one series per phase of a scale set, under names that survive being scraped", () => {
    assert.deepEqual(parse(phaseMetricsConfig()), {
      kind: "CustomResourceStateMetrics",
      spec: {
        resources: [
          {
            groupVersionKind: { group: "actions.github.com", version: "v1alpha1", kind: "AutoscalingRunnerSet" },
            metricNamePrefix: "runner_platform",
            labelsFromPath: { scale_set: ["metadata", "name"], scale_set_namespace: ["metadata", "namespace"] },
            metrics: [
              {
                name: "scale_set_phase",
                help: "1 for the phase that a runner scale set is in",
                each: {
                  type: "StateSet",
                  stateSet: { labelName: "phase", path: ["status", "phase"], list: ["Pending", "Running", "Outdated"] },
                },
              },
            ],
          },
        ],
      },
    });
  });
});
