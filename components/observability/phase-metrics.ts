import { stringify } from "yaml";

/** The series that kube-state-metrics makes by {@link phaseMetricsConfig}: 1 for the phase a scale set is in, 0 for the others. */
export const phaseMetric = "runner_platform_scale_set_phase";

/** Name and key of the ConfigMap that holds the configuration; whoever runs kube-state-metrics mounts it by them. */
export const phaseMetricsConfigMap = { name: "runner-platform-kube-state-metrics", key: "config.yaml" } as const;

/** Phases of an AutoscalingRunnerSet. Source: `apis/actions.github.com/v1alpha1` of actions/actions-runner-controller 0.14.2. */
const phases = ["Pending", "Running", "Outdated"] as const;

/**
 * Configuration of kube-state-metrics ("custom resource state") for the phase of scale sets, which ARC itself exports nowhere. The labels
 * are not called `name` and `namespace`: kube-state-metrics is scraped under a namespace of its own, which would be put in their place.
 *
 * It needs the rights to `list` and `watch` `autoscalingrunnersets` of `actions.github.com`.
 */
export function phaseMetricsConfig(): string {
  return stringify({
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
                stateSet: { labelName: "phase", path: ["status", "phase"], list: [...phases] },
              },
            },
          ],
        },
      ],
    },
  });
}
