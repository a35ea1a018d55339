import type { Alert } from "../observability/runner-rules";

/** How old the last success of a CronJob may be, in whole hours. */
export interface AlertedJob {
  readonly cronJob: string;
  readonly maxAgeHours: number;
}

export interface BackupAlertsArgs {
  /** Of the CronJobs. */
  readonly namespace: string;
  readonly backup: AlertedJob;
  /** @default no drills by schedule */
  readonly drill?: AlertedJob;
  /** Whether kube-state-metrics is scraped, which knows how Jobs ended. */
  readonly jobMetrics: boolean;
  /** Names of the stores, where the program pushes its own metrics. @default it pushes none */
  readonly stores?: readonly string[];
}

/**
 * The alerts about backups and drills of Vault, by metrics that exist: `kube_*` are those of kube-state-metrics, `vault_backup_*` what the program
 * pushes. Age is judged, and not failure alone: a run that never began has not failed.
 */
export function backupAlerts(args: BackupAlertsArgs): Alert[] {
  const { namespace, backup, drill, jobMetrics, stores = [] } = args;
  return [
    ...(jobMetrics ? [...jobAlerts(namespace, backup, backupTexts), metricsAlert(namespace, backup)] : []),
    ...(stores.length > 0 ? [...storeAlerts(stores, backup), suspicionAlert()] : []),
    ...(jobMetrics && drill ? jobAlerts(namespace, drill, drillTexts) : []),
  ];
}

interface Texts {
  readonly old: Pick<Alert, "alert" | "severity" | "summary"> & { readonly meaning: string };
  readonly failed: Pick<Alert, "alert" | "summary" | "description">;
}

const backupTexts: Texts = {
  old: {
    alert: "VaultBackupTooOld",
    severity: "critical",
    summary: "The last complete backup of Vault is too old",
    meaning: "no run has ended with a verified backup in every store",
  },
  failed: {
    alert: "VaultBackupFailed",
    summary: "The last backup of Vault failed",
    description:
      "A run of CronJob {{ $labels.cronjob }} failed, and none has been complete since: at least one store lacks a backup.",
  },
};

const drillTexts: Texts = {
  old: {
    alert: "VaultDrillTooOld",
    severity: "warning",
    summary: "It has been too long since a backup of Vault was restored for trial",
    meaning: "no drill has restored a backup and found in it what should be there",
  },
  failed: {
    alert: "VaultDrillFailed",
    summary: "A backup of Vault could not be restored for trial",
    description:
      "A run of CronJob {{ $labels.cronjob }} failed, and none has been complete since: if Vault were lost now, its backup might not help.",
  },
};

/** A CronJob that has never been successful is as old as itself. */
function lastSuccess(namespace: string, cronJob: string): string {
  const selector = `{namespace="${namespace}",cronjob="${cronJob}"}`;
  return `max by (namespace, cronjob) (kube_cronjob_status_last_successful_time${selector} or kube_cronjob_created${selector})`;
}

function jobAlerts(namespace: string, { cronJob, maxAgeHours }: AlertedJob, { old, failed }: Texts): Alert[] {
  const { meaning, ...what } = old;
  const success = lastSuccess(namespace, cronJob);
  return [
    {
      ...what,
      expr: `time() - ${success} > ${maxAgeHours * 3600}`,
      for: "15m",
      description: `For {{ $value | humanizeDuration }} ${meaning} (CronJob {{ $labels.cronjob }}); ${ageText(maxAgeHours)} are allowed by its schedule.`,
    },
    {
      ...failed,
      expr: `${lastFailure(namespace, cronJob)} > on (namespace, cronjob) ${success}`,
      for: "0m",
      severity: "warning",
    },
  ];
}

/** Start of the last Job of a CronJob that has failed. Failed Jobs stay for a while, so their age is compared. */
function lastFailure(namespace: string, cronJob: string): string {
  const of = (metric: string, more = "") => `max by (namespace, job_name) (${metric}{namespace="${namespace}"${more}})`;
  const owned = of("kube_job_owner", `,owner_kind="CronJob",owner_name="${cronJob}"`);
  const failed = of("kube_job_failed", ',condition="true"');
  const started = `${of("kube_job_status_start_time")} and ${owned} and ${failed} == 1`;
  return `max by (namespace, cronjob) (label_replace(${started}, "cronjob", "${cronJob}", "", ""))`;
}

function metricsAlert(namespace: string, { cronJob }: AlertedJob): Alert {
  return {
    alert: "VaultBackupMetricsMissing",
    expr: `absent(kube_cronjob_created{namespace="${namespace}",cronjob="${cronJob}"})`,
    for: "15m",
    severity: "warning",
    summary: "Nothing is heard of the backups of Vault",
    description: `kube-state-metrics has not shown CronJob ${cronJob} for 15 minutes: either it is gone, and no backup is made, or the alerts about backups are blind.`,
  };
}

/** The store itself says when its newest verified backup was taken, so one that lost its backups is seen at the next run. */
function storeAlerts(stores: readonly string[], { maxAgeHours }: AlertedJob): Alert[] {
  const metric = "vault_backup_store_last_verified_timestamp_seconds";
  const alert = "VaultBackupStoreTooOld";
  return [
    {
      alert,
      expr: `time() - max by (store) (${metric}{store=~"${stores.join("|")}"}) > ${maxAgeHours * 3600}`,
      for: "15m",
      severity: "critical",
      summary: "The last backup of Vault in store {{ $labels.store }} is too old",
      description: `The newest verified backup in store {{ $labels.store }} was taken {{ $value | humanizeDuration }} ago; ${ageText(maxAgeHours)} are allowed by the schedule.`,
    },
    {
      alert,
      // What is absent keeps the labels that it was asked for by.
      expr: stores.map((store) => `absent(${metric}{store="${store}"})`).join(" or "),
      for: `${maxAgeHours}h`,
      severity: "warning",
      summary: "Nothing is heard of backups of Vault in store {{ $labels.store }}",
      description: `For ${ageText(maxAgeHours)} the Pushgateway has shown no verified backup in store {{ $labels.store }}: either there is none, or it is not scraped.`,
    },
  ];
}

function suspicionAlert(): Alert {
  return {
    alert: "VaultBackupSuspicious",
    expr: "max(vault_backup_suspicious) == 1",
    for: "0m",
    severity: "warning",
    summary: "The last backup of Vault does not fit to those before",
    description:
      "The index went back, the size was halved, or it is another cluster. The backup was kept, and nothing is removed from the stores until somebody has looked.",
  };
}

function ageText(hours: number): string {
  return hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`;
}
