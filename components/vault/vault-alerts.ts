import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Settings } from "../../stacks/settings";
import type { VaultSettings } from "../../stacks/vault/schema";
import type { AlertedJob, BackupAlertsArgs } from "./backup-alerts";
import { backupLogin } from "./backup-config";
import { allowedAgeHours, longestIntervalHours } from "./backup-rules";
import { type BackupSettings, backupSettings } from "./backup-settings";
import { drillsOf } from "./drill-from-settings";
import { drillName } from "./drill-names";
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
  vault: VaultSettings,
  { monitoring }: Pick<Settings, "monitoring">,
  opts: pulumi.ComponentResourceOptions,
): VaultAlerts | undefined {
  const { prometheusRules, runbookBaseUrl, ruleLabels, kubeStateMetricsNamespace } = monitoring;
  if (!prometheusRules) return undefined;
  const { namespace, name: serverName, replicas } = vault;
  // Whoever scrapes kube-state-metrics scrapes kubelets too.
  const kubernetesMetrics = kubeStateMetricsNamespace !== undefined;
  return new VaultAlerts(
    "vault-alerts",
    {
      namespace,
      serverName,
      replicas,
      volumeMetrics: kubernetesMetrics,
      ...(vault.backup && { backups: backupAlertsArgs(vault, vault.backup, kubernetesMetrics) }),
      ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      ...(ruleLabels && { labels: ruleLabels }),
    },
    opts,
  );
}

/** What follows from the settings of backups and drills. */
function backupAlertsArgs(
  vault: VaultSettings,
  input: NonNullable<VaultSettings["backup"]>,
  jobMetrics: boolean,
): Omit<BackupAlertsArgs, "namespace"> {
  const backup = backupSettings(input);
  const drill = drillsOf(vault);
  const { stores, pushgateway } = backup;
  return {
    backup: alertedJob(backupLogin, backup),
    ...(drill && { drill: alertedJob(drillName, drill) }),
    jobMetrics,
    ...(pushgateway !== undefined && { stores: Object.keys(stores) }),
  };
}

type Scheduled = Pick<BackupSettings, "schedule" | "timeZone" | "startingDeadlineSeconds" | "deadlineSeconds">;

/** Schedules have been checked, so they come again. */
function alertedJob(cronJob: string, job: Scheduled): AlertedJob {
  const pause = longestIntervalHours(job.schedule, job.timeZone);
  if (pause === undefined) throw new Error(`${job.schedule} passed the checks of settings but does not come again`);
  return { cronJob, maxAgeHours: allowedAgeHours(pause, job) };
}
