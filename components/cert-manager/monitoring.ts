import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { certificateRules } from "./certificate-rules";
import { partLabels } from "./values";

export interface CertManagerMonitoringArgs {
  readonly namespace: string;
  /** Labels of the objects, where Prometheus selects them by some. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether to make alerts too. */
  readonly rules: boolean;
  /** @default alerts name no runbook */
  readonly runbookBaseUrl?: string;
}

/** Scraping of cert-manager's controller, whose metrics tell of all certificates, and alerts about them. */
export function createCertManagerMonitoring(
  parent: pulumi.Resource,
  name: string,
  args: CertManagerMonitoringArgs,
  dependsOn: readonly pulumi.Resource[],
): { readonly podMonitor: k8s.apiextensions.CustomResource; readonly rule?: k8s.apiextensions.CustomResource } {
  const opts = { parent, dependsOn: [...dependsOn] };
  const monitor = `${name}-metrics`;
  const metadata = (objectName: string) => ({
    name: objectName,
    namespace: args.namespace,
    ...(args.labels && { labels: args.labels }),
  });
  const podMonitor = new k8s.apiextensions.CustomResource(
    monitor,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: metadata(monitor),
      spec: {
        selector: { matchLabels: partLabels("controller") },
        // The series carry the namespace of their certificate, which must not become the one of the pod.
        podMetricsEndpoints: [{ port: "http-metrics", path: "/metrics", honorLabels: true }],
      },
    },
    opts,
  );
  if (!args.rules) return { podMonitor };
  const rule = new k8s.apiextensions.CustomResource(
    `${name}-rule`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: metadata(`${name}-certificates`),
      spec: certificateRules({
        namespace: args.namespace,
        monitor,
        ...(args.runbookBaseUrl !== undefined && { runbookBaseUrl: args.runbookBaseUrl }),
      }),
    },
    opts,
  );
  return { podMonitor, rule };
}
