import { type Alert, type AlertRule, renderAlert } from "../observability/runner-rules";

export interface StorageRulesArgs {
  /**
   * What kube-state-metrics is asked for. @default nothing: it is not scraped
   */
  readonly volumes?: {
    /** Classes whose volumes go with their claims. */
    readonly classes: readonly string[];
    /** Namespaces with claims of runners. */
    readonly namespaces: readonly string[];
  };
  /** What Ceph's manager is asked for. @default nothing: there is none, or it is not scraped */
  readonly ceph?: {
    /** Namespace of the cluster, where its manager is scraped. */
    readonly namespace: string;
    /** Pool with a quota. @default none */
    readonly pool?: string;
  };
  readonly thresholds: {
    readonly claimPendingMinutes: number;
    readonly volumeReleasedMinutes: number;
    readonly poolQuotaPercent: number;
  };
  /** @default alerts name no runbook */
  readonly runbookBaseUrl?: string;
}

/** A PrometheusRule `spec`, which is the content of a rule file of Prometheus too. */
export interface StorageRules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[];
}

/**
 * The alerts about volumes, by metrics that exist: `kube_*` are those of kube-state-metrics, `ceph_*` those of the module `prometheus` of
 * Ceph's manager. Neither exports the length of the trash of deleted images; `npm run audit -- storage` looks there.
 */
export function storageRules(args: StorageRulesArgs): StorageRules {
  const render = (alerts: readonly Alert[]) => alerts.map((alert) => renderAlert(alert, args.runbookBaseUrl));
  const groups = [
    { name: "runner-platform-volumes", rules: render(volumeAlerts(args)) },
    { name: "runner-platform-ceph", rules: render(cephAlerts(args)) },
  ];
  return { groups: groups.filter(({ rules }) => rules.length > 0) };
}

function volumeAlerts({ volumes, thresholds }: StorageRulesArgs): Alert[] {
  if (!volumes) return [];
  const { claimPendingMinutes: pending, volumeReleasedMinutes: released } = thresholds;
  const ofClasses = `kube_persistentvolume_info{storageclass=~"${anyOf(volumes.classes)}"}`;
  return [
    {
      alert: "StorageClaimPending",
      expr: `max by (namespace, persistentvolumeclaim) (kube_persistentvolumeclaim_status_phase{phase="Pending",namespace=~"${anyOf(volumes.namespaces)}"}) == 1`,
      for: `${pending}m`,
      severity: "warning",
      summary: "Claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} gets no volume",
      description: `Claim {{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }} has been Pending for ${pending} minutes: its runner waits, and so does its job.`,
    },
    {
      alert: "StorageVolumeNotDeleted",
      expr: `max by (persistentvolume, phase) (kube_persistentvolume_status_phase{phase=~"Released|Failed"}) == 1 and on (persistentvolume) ${ofClasses}`,
      for: `${released}m`,
      severity: "warning",
      summary: "Volume {{ $labels.persistentvolume }} stays after its claim",
      description: `Volume {{ $labels.persistentvolume }} has been {{ $labels.phase }} for ${released} minutes. Its class deletes volumes with their claims, so the space is leaking.`,
    },
    {
      alert: "StorageClassMissing",
      // What is absent keeps the labels that it was asked for by.
      expr: volumes.classes.map((name) => `absent(kube_storageclass_info{storageclass="${name}"})`).join(" or "),
      for: "15m",
      severity: "critical",
      summary: "Nothing is heard of StorageClass {{ $labels.storageclass }}",
      description:
        "kube-state-metrics has not shown StorageClass {{ $labels.storageclass }} for 15 minutes: either it is gone, and claims of it wait for ever, or kube-state-metrics is not scraped, and the alerts about volumes are blind.",
    },
  ];
}

function cephAlerts({ ceph, thresholds }: StorageRulesArgs): Alert[] {
  if (!ceph) return [];
  const cluster = `{namespace="${ceph.namespace}"}`;
  return [
    unhealthy(cluster, 2, "HEALTH_ERR", "critical", 5),
    unhealthy(cluster, 1, "HEALTH_WARN", "warning", 15),
    {
      alert: "StorageCephMetricsMissing",
      expr: `absent(ceph_health_status${cluster})`,
      for: "15m",
      severity: "critical",
      summary: "Nothing is heard of Ceph",
      description: `Prometheus has reached no manager of Ceph in ${ceph.namespace} for 15 minutes: either none runs, or the alerts about Ceph are blind.`,
    },
    ...(ceph.pool === undefined ? [] : [nearQuota(ceph.namespace, ceph.pool, thresholds.poolQuotaPercent)]),
  ];
}

/** Values of `ceph_health_status`: 0 is well, 1 a warning, 2 an error. */
function unhealthy(cluster: string, value: number, state: string, severity: Alert["severity"], minutes: number): Alert {
  return {
    alert: "StorageCephUnhealthy",
    expr: `max(ceph_health_status${cluster}) == ${value}`,
    for: `${minutes}m`,
    severity,
    summary: `Ceph is in ${state}`,
    description: `Ceph has been in ${state} for ${minutes} minutes. Volumes may be slow to come, or not come at all; \`ceph health detail\` says why.`,
  };
}

function nearQuota(namespace: string, pool: string, percent: number): Alert {
  const of = (metric: string) => `max by (pool_id) (${metric}{namespace="${namespace}"})`;
  const named = `max by (pool_id) (ceph_pool_metadata{namespace="${namespace}",name="${pool}"})`;
  return {
    alert: "StoragePoolNearQuota",
    expr: `100 * ${of("ceph_pool_stored")} / (${of("ceph_pool_quota_bytes")} > 0) > ${percent} and on (pool_id) ${named}`,
    for: "10m",
    severity: "critical",
    summary: `Pool ${pool} is near its quota`,
    description: `Pool ${pool} holds {{ printf "%.0f" $value }} % of its quota. At 100 % writes of running jobs fail; either volumes leak, or there are more runners than the quota was made for.`,
  };
}

/** Names as an alternative of a regular expression. Names of classes may have dots, which would mean any character. */
function anyOf(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(".", "\\\\.")).join("|");
}
