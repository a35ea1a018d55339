import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { phaseMetricsConfig, phaseMetricsConfigMap } from "./phase-metrics";
import { type AlertedScaleSet, runnerRules } from "./runner-rules";

export interface RunnerAlertsArgs {
  /** Namespace of controller and listeners; the PrometheusRule lies there. */
  readonly controllerNamespace: string;
  /** Name of the `ArcController`, from which its PodMonitors are named. */
  readonly controllerName: string;
  readonly scaleSets: readonly AlertedScaleSet[];
  /** Address of the folder that holds the runbooks, such as `https://git.example.com/platform/docs/runbooks`. @default none is named */
  readonly runbookBaseUrl?: string;
  /**
   * Namespace of kube-state-metrics. When it is given, the configuration for the phase of scale sets is put there as ConfigMap
   * `runner-platform-kube-state-metrics`, and alerts about the phase are made.
   * @default no ConfigMap, and an outdated set shows by its missing listener only
   */
  readonly kubeStateMetricsNamespace?: string;
  /** Labels of the PrometheusRule, where Prometheus selects rules by some. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Alerts about scale sets and their controller, as a PrometheusRule. Needs the CRDs of the Prometheus operator and the PodMonitors of the
 * controller, whose relabelling the rules rely on.
 *
 * ```ts
 * new RunnerAlerts("runner-alerts", { controllerNamespace: "arc-systems", controllerName: "arc", scaleSets: [{ name: "runner-base", maxRunners: 10 }], runbookBaseUrl });
 * ```
 */
export class RunnerAlerts extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly rule: k8s.apiextensions.CustomResource;
    readonly phaseMetricsConfig?: k8s.core.v1.ConfigMap;
  };

  public constructor(name: string, args: RunnerAlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:RunnerAlerts", name, { controllerNamespace: args.controllerNamespace }, opts);

    const rule = createRule(this, name, args);
    const { kubeStateMetricsNamespace: namespace } = args;
    const config = namespace === undefined ? undefined : createPhaseMetricsConfig(this, name, namespace);

    this.nodes = { rule, ...(config && { phaseMetricsConfig: config }) };
    this.registerOutputs({});
  }
}

function createRule(parent: RunnerAlerts, name: string, args: RunnerAlertsArgs): k8s.apiextensions.CustomResource {
  const { controllerNamespace, controllerName, scaleSets, runbookBaseUrl, labels } = args;
  const phaseMetrics = args.kubeStateMetricsNamespace !== undefined;
  return new k8s.apiextensions.CustomResource(
    `${name}-rule`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: { name, namespace: controllerNamespace, ...(labels && { labels }) },
      spec: runnerRules({
        controllerNamespace,
        controllerName,
        scaleSets,
        phaseMetrics,
        ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      }),
    },
    { parent },
  );
}

function createPhaseMetricsConfig(parent: RunnerAlerts, name: string, namespace: string): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    `${name}-phase-metrics`,
    {
      metadata: { name: phaseMetricsConfigMap.name, namespace },
      data: { [phaseMetricsConfigMap.key]: phaseMetricsConfig() },
    },
    { parent },
  );
}
