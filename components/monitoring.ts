import type * as pulumi from "@pulumi/pulumi";

import type { Settings } from "../stacks/settings";
import { RunnerAlerts } from "./observability/runner-alerts";

/** The alerts about scale sets and their controller; none unless settings ask for them. */
export function createRunnerAlerts(
  { monitoring, namespaces, scaleSets }: Settings,
  controllerName: string,
  opts: pulumi.ComponentResourceOptions,
): RunnerAlerts | undefined {
  if (!monitoring.prometheusRules) return undefined;
  const { runbookBaseUrl, kubeStateMetricsNamespace, ruleLabels } = monitoring;
  return new RunnerAlerts(
    "runner-alerts",
    {
      controllerNamespace: namespaces.controller,
      controllerName,
      scaleSets: Object.entries(scaleSets).map(([name, { maxRunners }]) => ({ name, maxRunners })),
      ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      ...(kubeStateMetricsNamespace !== undefined && { kubeStateMetricsNamespace }),
      ...(ruleLabels && { labels: ruleLabels }),
    },
    opts,
  );
}
