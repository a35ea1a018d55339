import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { ArcRelease } from "./release";

export interface PodMonitorsArgs {
  readonly release: ArcRelease;
  /** Namespace of controller and listeners. */
  readonly namespace: pulumi.Input<string>;
  /** Labels of the controller's pods. */
  readonly controllerLabels: Readonly<Record<string, string>>;
  /** Labels of the PodMonitors, where Prometheus selects them by some. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A rule of Prometheus that alters, adds or drops labels; the fields that are used here. */
export interface Relabeling {
  readonly sourceLabels: readonly string[];
  readonly regex?: string;
  readonly targetLabel?: string;
  readonly replacement?: string;
  readonly action?: "replace" | "drop";
}

/** A PodMonitor `spec` with one endpoint. */
export interface PodMonitorSpec {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podMetricsEndpoints: readonly {
    readonly port: "metrics";
    readonly path: "/metrics";
    /** Applied to targets, before they are scraped. */
    readonly relabelings?: readonly Relabeling[];
    /** Applied to each series, before it is stored. */
    readonly metricRelabelings?: readonly Relabeling[];
  }[];
}

/** Names of the two PodMonitors of a controller; Prometheus puts `NAMESPACE/NAME` into the label `job` of their series. */
export function podMonitorNames(controller: string): { readonly controller: string; readonly listeners: string } {
  return { controller: `${controller}-controller-metrics`, listeners: `${controller}-listener-metrics` };
}

/**
 * How the controller is scraped. Its gauges of runners call the scale set `name`, the one of listeners holds the listener's name there,
 * `SET-HASH-listener`; both get the label `scale_set`, as the series of listeners have it.
 */
export function controllerMonitorSpec(matchLabels: Readonly<Record<string, string>>): PodMonitorSpec {
  const scaleSet = (regex: string): Relabeling => ({
    sourceLabels: ["__name__", "name"],
    regex,
    targetLabel: "scale_set",
    replacement: "$1",
  });
  return endpoint(matchLabels, {
    metricRelabelings: [
      scaleSet("gha_controller_(?:pending|running|failed)_ephemeral_runners;(.+)"),
      scaleSet("gha_controller_running_listeners;(.+)-[0-9a-z]{1,8}-listener"),
    ],
  });
}

/**
 * How all listeners are scraped. They call themselves by the EphemeralRunnerSet, whose random suffix changes with each template; the label
 * of the pod is stable.
 *
 * Where the labels of a listener's metrics cannot be configured (0.6), the series with `job_name` and `job_workflow_ref` are dropped: these
 * grow with every workflow and branch. Dropping only the labels would be wrong, because several series of one scrape would become the same
 * and Prometheus would keep one of them.
 */
export function listenerMonitorSpec(release: ArcRelease): PodMonitorSpec {
  const scaleSet: Relabeling = {
    sourceLabels: ["__meta_kubernetes_pod_label_actions_github_com_scale_set_name"],
    targetLabel: "scale_set",
  };
  const unbounded: Relabeling = {
    sourceLabels: ["__name__"],
    regex: "gha_(started_jobs_total|completed_jobs_total|job_execution_duration_seconds_(bucket|sum|count))",
    action: "drop",
  };
  return endpoint(
    { "app.kubernetes.io/component": "runner-scale-set-listener" },
    { relabelings: [scaleSet], ...(!release.listenerMetrics && { metricRelabelings: [unbounded] }) },
  );
}

function endpoint(
  matchLabels: Readonly<Record<string, string>>,
  rules: Pick<PodMonitorSpec["podMetricsEndpoints"][number], "relabelings" | "metricRelabelings">,
): PodMonitorSpec {
  return { selector: { matchLabels }, podMetricsEndpoints: [{ port: "metrics", path: "/metrics", ...rules }] };
}

/** The scrape objects, which the chart does not make: one for the controller, one for all listeners, whatever their number. */
export function createPodMonitors(
  parent: pulumi.Resource,
  controller: string,
  args: PodMonitorsArgs,
): k8s.apiextensions.CustomResource[] {
  const names = podMonitorNames(controller);
  const specs: readonly (readonly [string, PodMonitorSpec])[] = [
    [names.controller, controllerMonitorSpec(args.controllerLabels)],
    [names.listeners, listenerMonitorSpec(args.release)],
  ];
  return specs.map(
    ([name, spec]) =>
      new k8s.apiextensions.CustomResource(
        name,
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PodMonitor",
          metadata: { name, namespace: args.namespace, ...(args.labels && { labels: args.labels }) },
          spec,
        },
        { parent },
      ),
  );
}
