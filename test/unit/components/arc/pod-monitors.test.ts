import assert from "node:assert/strict";

import { controllerMonitorSpec, listenerMonitorSpec, podMonitorNames } from "../../../../components/arc/pod-monitors";
import { ArcController } from "../../../../components/arc/arc-controller";
import { controllerArgs, release } from "../../../support/fixtures";
import { register } from "../../../support/mocks";

const monitorType = "kubernetes:monitoring.coreos.com/v1:PodMonitor";

describe("controllerMonitorSpec", () => {
  it("names the scale set on runners' and listeners' gauges, which call it differently", () => {
    assert.deepEqual(controllerMonitorSpec({ app: "controller" }), {
      selector: { matchLabels: { app: "controller" } },
      podMetricsEndpoints: [
        {
          port: "metrics",
          path: "/metrics",
          metricRelabelings: [
            {
              sourceLabels: ["__name__", "name"],
              regex: "gha_controller_(?:pending|running|failed)_ephemeral_runners;(.+)",
              targetLabel: "scale_set",
              replacement: "$1",
            },
            {
              sourceLabels: ["__name__", "name"],
              regex: "gha_controller_running_listeners;(.+)-[0-9a-z]{1,8}-listener",
              targetLabel: "scale_set",
              replacement: "$1",
            },
          ],
        },
      ],
    });
  });

  const names: readonly (readonly [string, string, string | undefined])[] = [
    ["gha_controller_running_listeners", "runner-base-754b578d-listener", "runner-base"],
    ["gha_controller_running_listeners", "a-listener-7d-listener", "a-listener"],
    ["gha_controller_running_listeners", "runner-base", undefined],
    ["gha_controller_failed_ephemeral_runners", "runner-base", "runner-base"],
    ["gha_controller_pending_ephemeral_runners", "x-1-listener", "x-1-listener"],
    ["workqueue_depth", "autoscalinglistener", undefined],
  ];
  for (const [metric, name, scaleSet] of names) {
    it(`finds ${scaleSet ?? "no scale set"} in ${metric} of ${name}`, () => {
      const rules = controllerMonitorSpec({}).podMetricsEndpoints[0]?.metricRelabelings ?? [];
      // Prometheus joins the source labels with ";" and matches the whole.
      const found = rules.map(({ regex = "" }) => new RegExp(`^(?:${regex})$`).exec(`${metric};${name}`)?.[1]);
      assert.deepEqual(
        found.filter((one) => one !== undefined),
        scaleSet === undefined ? [] : [scaleSet],
      );
    });
  }
});

describe("listenerMonitorSpec", () => {
  const scaleSet = {
    sourceLabels: ["__meta_kubernetes_pod_label_actions_github_com_scale_set_name"],
    targetLabel: "scale_set",
  };

  it("takes the scale set's name from the pod's label", () => {
    assert.deepEqual(listenerMonitorSpec(release("0.14.2")), {
      selector: { matchLabels: { "app.kubernetes.io/component": "runner-scale-set-listener" } },
      podMetricsEndpoints: [{ port: "metrics", path: "/metrics", relabelings: [scaleSet] }],
    });
  });

  it("drops the series that grow with workflows where the listener cannot be told to leave them out", () => {
    const [endpoint] = listenerMonitorSpec(release("0.6.1")).podMetricsEndpoints;
    assert.deepEqual(endpoint?.relabelings, [scaleSet]);
    const [drop, ...more] = endpoint.metricRelabelings ?? [];
    assert.deepEqual([drop?.action, drop?.sourceLabels, more], ["drop", ["__name__"], []]);
    const dropped = [
      "gha_started_jobs_total",
      "gha_completed_jobs_total",
      "gha_job_execution_duration_seconds_bucket",
      "gha_job_execution_duration_seconds_sum",
      "gha_job_execution_duration_seconds_count",
      "gha_job_startup_duration_seconds_bucket",
      "gha_job_startup_duration_seconds_count",
      "gha_desired_runners",
    ].filter((name) => new RegExp(`^(?:${drop?.regex ?? ""})$`).test(name));
    assert.equal(dropped.length, 5);
  });
});

describe("the PodMonitors of a controller", () => {
  it("makes one for the controller and one for all listeners, by names that the alerts rely on", async () => {
    const registrations = await register(
      () => new ArcController("arc", { ...controllerArgs, podMonitorLabels: { release: "prometheus" } }),
    );
    const { controller, listeners } = podMonitorNames("arc");
    assert.deepEqual([controller, listeners], ["arc-controller-metrics", "arc-listener-metrics"]);
    const labels = { "app.kubernetes.io/component": "controller-manager", "app.kubernetes.io/instance": "arc" };
    for (const [name, spec] of [
      [controller, controllerMonitorSpec(labels)],
      [listeners, listenerMonitorSpec(controllerArgs.release)],
    ] as const) {
      const monitor = registrations.get(monitorType, name);
      assert.equal(monitor.parent, "arc");
      assert.deepEqual(monitor.inputs["metadata"], {
        name,
        namespace: "arc-systems",
        labels: { release: "prometheus" },
      });
      assert.deepEqual(monitor.inputs["spec"], spec);
    }
    assert.equal(registrations.ofType(monitorType).length, 2);
  });

  it("sets no labels where none are asked for", async () => {
    const registrations = await register(() => new ArcController("arc", controllerArgs));
    assert.deepEqual(registrations.get(monitorType, "arc-listener-metrics").inputs["metadata"], {
      name: "arc-listener-metrics",
      namespace: "arc-systems",
    });
  });
});
