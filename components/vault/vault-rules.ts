import { type Alert, type AlertRule, renderAlert } from "../observability/runner-rules";
import { backupAlerts, type BackupAlertsArgs } from "./backup-alerts";
import { serverMonitorName } from "./server-monitor";

export interface VaultRulesArgs {
  /** Namespace of the servers, where they are scraped. */
  readonly namespace: string;
  /** Name of the StatefulSet, from which the PodMonitor is named. */
  readonly serverName: string;
  /** How many servers there are to be. */
  readonly replicas: number;
  /** Whether kubelets are scraped, which tell how full volumes are. */
  readonly volumeMetrics: boolean;
  /** @default there are no backups */
  readonly backups?: Omit<BackupAlertsArgs, "namespace">;
  /** @default alerts name no runbook */
  readonly runbookBaseUrl?: string;
}

/** A PrometheusRule `spec`, which is the content of a rule file of Prometheus too. */
export interface VaultRules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[];
}

/** Percent of a volume that may be used. */
const volumePercent = 80;

/**
 * The alerts about Vault's servers. Both distributions export the same names (seen on OpenBao 2.7.2).
 *
 * A server keeps a gauge for a while after it has stopped writing it, and writes the same one with and without the label `cluster` before and
 * after it is unsealed. So values are compared as the largest of each pod, and what only a leader knows is believed of leaders alone.
 */
export function vaultRules(args: VaultRulesArgs): VaultRules {
  const alerts = [
    ...sealAlerts(args),
    ...raftAlerts(args),
    ...auditAlerts(args),
    ...(args.volumeMetrics ? [volumeAlert(args)] : []),
  ];
  const ofBackups = args.backups ? backupAlerts({ ...args.backups, namespace: args.namespace }) : [];
  const group = (name: string, list: readonly Alert[]) => ({
    name,
    rules: list.map((alert) => renderAlert(alert, args.runbookBaseUrl)),
  });
  return {
    groups: [
      group("runner-platform-vault", alerts),
      ...(ofBackups.length > 0 ? [group("runner-platform-vault-backup", ofBackups)] : []),
    ],
  };
}

/** Selects the series of a cluster; Prometheus puts `NAMESPACE/MONITOR` into the label `job`. */
function of({ namespace, serverName }: VaultRulesArgs): string {
  return `{job="${namespace}/${serverMonitorName(serverName)}"}`;
}

function perPod(metric: string, args: VaultRulesArgs): string {
  return `max by (namespace, pod) (${metric}${of(args)})`;
}

function leader(args: VaultRulesArgs): string {
  return `and on (namespace, pod) (${perPod("vault_core_active", args)} == 1)`;
}

function sealAlerts(args: VaultRulesArgs): Alert[] {
  const { replicas, namespace, serverName } = args;
  const heard = `count(${perPod("vault_core_unsealed", args)})`;
  return [
    {
      alert: "VaultSealed",
      expr: `${perPod("vault_core_unsealed", args)} == 0`,
      for: "5m",
      severity: "critical",
      summary: "Server {{ $labels.pod }} of Vault is sealed",
      description:
        "Server {{ $labels.pod }} has had no key for 5 minutes: it answers nobody. If another one is lost, so is the majority.",
    },
    {
      alert: "VaultMetricsMissing",
      expr: `absent(vault_core_unsealed${of(args)})`,
      for: "10m",
      severity: "critical",
      summary: "Nothing is heard of Vault",
      description: `Prometheus has reached no server of ${serverName} in ${namespace} for 10 minutes: either none runs, or the alerts about Vault are blind.`,
    },
    {
      alert: "VaultMetricsMissing",
      expr: `${heard} < ${replicas}`,
      for: "10m",
      severity: "warning",
      summary: "Nothing is heard of a server of Vault",
      description: `Prometheus has reached only {{ $value }} of ${replicas} servers of ${serverName} in ${namespace} for 10 minutes: either one does not run, or it is not scraped.`,
    },
  ];
}

function raftAlerts(args: VaultRulesArgs): Alert[] {
  const { serverName, replicas } = args;
  return [
    {
      alert: "VaultNoLeader",
      expr: `max(vault_core_active${of(args)}) == 0`,
      for: "2m",
      severity: "critical",
      summary: "Vault has no leader",
      description: `No server of ${serverName} has been the leader for 2 minutes: nothing can be written, and nobody can log in.`,
    },
    {
      alert: "VaultRaftUnhealthy",
      expr: `${perPod("vault_autopilot_healthy", args)} == 0 ${leader(args)}`,
      for: "5m",
      severity: "critical",
      summary: "Servers of Vault do not follow their leader",
      description:
        "Autopilot on {{ $labels.pod }} has called the cluster unhealthy for 5 minutes: a server is unreachable, or too far behind.",
    },
    {
      alert: "VaultRaftUnhealthy",
      expr: `${perPod("vault_autopilot_failure_tolerance", args)} < ${Math.ceil(replicas / 2) - 1} ${leader(args)}`,
      for: "15m",
      severity: "warning",
      summary: "Vault has fewer voters than it should have",
      description: `Only {{ $value }} more servers of ${replicas} may be lost, as autopilot on {{ $labels.pod }} has said for 15 minutes.`,
    },
  ];
}

/** The counter rises when no device could be written: then the request was refused. Its first value may be its first rise. */
function auditAlerts(args: VaultRulesArgs): Alert[] {
  const failed = (phase: string) => {
    const series = `vault_audit_log_${phase}_failure${of(args)}`;
    return `increase(${series}[10m]) > 0 or (${series} > 0 unless ${series} offset 10m)`;
  };
  return [
    {
      alert: "VaultAuditFailure",
      expr: `max by (namespace, pod) (${failed("request")} or ${failed("response")})`,
      for: "0m",
      severity: "critical",
      summary: "Server {{ $labels.pod }} of Vault refuses what it cannot log",
      description:
        "Server {{ $labels.pod }} could write to none of its audit devices in the last 10 minutes, and answered requests with errors for that reason.",
    },
  ];
}

function volumeAlert({ namespace, serverName }: VaultRulesArgs): Alert {
  const claims = `{namespace="${namespace}",persistentvolumeclaim=~"(data|audit)-${serverName}-[0-9]+"}`;
  const used = `max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes${claims} / kubelet_volume_stats_capacity_bytes${claims})`;
  return {
    alert: "VaultVolumeNearlyFull",
    expr: `100 * ${used} > ${volumePercent}`,
    for: "15m",
    severity: "warning",
    summary: "Volume {{ $labels.persistentvolumeclaim }} of Vault is nearly full",
    description:
      'Volume {{ $labels.persistentvolumeclaim }} has been {{ printf "%.0f" $value }} % full for 15 minutes. A full data volume stops its server, a full audit volume leaves one device.',
  };
}
