import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { storageRules, type StorageRulesArgs } from "./storage-rules";

export interface StorageAlertsArgs extends StorageRulesArgs {
  /** Namespace of the PrometheusRule. */
  readonly namespace: pulumi.Input<string>;
  /** Labels of the PrometheusRule, where Prometheus selects rules by some. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Alerts about claims that wait, volumes that stay, and Ceph, as a PrometheusRule. Needs the CRDs of the Prometheus operator.
 *
 * ```ts
 * new StorageAlerts("storage-alerts", { namespace: "arc-systems", volumes: { classes: ["rook-ceph-block"], namespaces: ["arc-runners-kubernetes"] }, thresholds });
 * ```
 */
export class StorageAlerts extends pulumi.ComponentResource {
  public readonly nodes: { readonly rule: k8s.apiextensions.CustomResource };

  public constructor(name: string, args: StorageAlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, labels, ...rules } = args;
    super("runner-platform:index:StorageAlerts", name, {}, opts);

    const rule = new k8s.apiextensions.CustomResource(
      `${name}-rule`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name, namespace, ...(labels && { labels }) },
        spec: storageRules(rules),
      },
      { parent: this },
    );

    this.nodes = { rule };
    this.registerOutputs({});
  }
}
