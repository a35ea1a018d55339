import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Settings } from "../../stacks/settings";
import type { VaultSettings } from "../../stacks/vault/schema";
import { vaultRules, type VaultRulesArgs } from "./vault-rules";

export interface VaultAlertsArgs extends VaultRulesArgs {
  /** Labels of the PrometheusRule, where Prometheus selects rules by some. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Alerts about the servers of a cluster, as a PrometheusRule beside them. Needs the CRDs of the Prometheus operator.
 *
 * ```ts
 * new VaultAlerts("vault-alerts", { namespace: "vault", serverName: "vault", replicas: 3, volumeMetrics: true });
 * ```
 */
export class VaultAlerts extends pulumi.ComponentResource {
  public readonly nodes: { readonly rule: k8s.apiextensions.CustomResource };

  public constructor(name: string, args: VaultAlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { labels, ...rules } = args;
    super("runner-platform:index:VaultAlerts", name, {}, opts);

    const rule = new k8s.apiextensions.CustomResource(
      `${name}-rule`,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: { name, namespace: rules.namespace, ...(labels && { labels }) },
        spec: vaultRules(rules),
      },
      { parent: this },
    );

    this.nodes = { rule };
    this.registerOutputs({});
  }
}

/** The alerts about Vault; none unless settings ask for them. */
export function createVaultAlerts(
  { namespace, name: serverName, replicas }: VaultSettings,
  { monitoring }: Pick<Settings, "monitoring">,
  opts: pulumi.ComponentResourceOptions,
): VaultAlerts | undefined {
  const { prometheusRules, runbookBaseUrl, ruleLabels, kubeStateMetricsNamespace } = monitoring;
  if (!prometheusRules) return undefined;
  return new VaultAlerts(
    "vault-alerts",
    {
      namespace,
      serverName,
      replicas,
      // Whoever scrapes kube-state-metrics scrapes kubelets too.
      volumeMetrics: kubeStateMetricsNamespace !== undefined,
      ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      ...(ruleLabels && { labels: ruleLabels }),
    },
    opts,
  );
}
