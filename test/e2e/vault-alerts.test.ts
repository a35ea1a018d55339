import { vaultRules } from "../../components/vault/vault-rules";
import { type AlertCase, type Series, testAlerts } from "./support/alert-cases";

const rules = vaultRules({
  namespace: "vault",
  serverName: "vault",
  replicas: 3,
  volumeMetrics: true,
  backups: {
    backup: { cronJob: "vault-backup", maxAgeHours: 48 },
    drill: { cronJob: "vault-drill", maxAgeHours: 72 },
    jobMetrics: true,
    stores: ["home", "away"],
  },
  runbookBaseUrl: "https://git.example.com/runbooks",
});

const labels = (number: number, more = ""): string =>
  `{job="vault/vault-servers",namespace="vault",pod="vault-${number}"${more}}`;
/** A server writes the same gauge without a cluster's name before it is unsealed, and keeps it for a while. */
const unsealed = (number: number, cluster = "c1"): string =>
  `vault_core_unsealed${labels(number, `,cluster="${cluster}"`)}`;
const active = (number: number): string => `vault_core_active${labels(number, ',cluster="c1"')}`;
const healthy = (number: number): string => `vault_autopilot_healthy${labels(number)}`;
const tolerance = (number: number): string => `vault_autopilot_failure_tolerance${labels(number)}`;
const failure = (phase: string): string => `vault_audit_log_${phase}_failure${labels(0)}`;
/** A series of kube-state-metrics; its time zero is that of the tests, so ages are written as negative times. */
const cronJob = (metric: string, name = "vault-backup"): string =>
  `kube_cronjob_${metric}{namespace="vault",cronjob="${name}"}`;
const job = (metric: string, name: string, more = ""): string =>
  `kube_job_${metric}{namespace="vault",job_name="${name}"${more}}`;
const ownedBy = (name: string): string => `,owner_kind="CronJob",owner_is_controller="true",owner_name="${name}"`;
const newest = (store: string): string =>
  `vault_backup_store_last_verified_timestamp_seconds{job="vault-backup",store="${store}"}`;
const hours = (count: number): string => `${String(count * 3600)}x180`;
const volume = (metric: string, claim: string): string =>
  `kubelet_volume_stats_${metric}_bytes{namespace="vault",persistentvolumeclaim="${claim}"}`;

/** Three servers of which the first is the leader, and volumes half full. */
const all: Series = {
  [unsealed(0)]: "1x180",
  [unsealed(0, "")]: "0x180",
  [unsealed(1)]: "1x180",
  [unsealed(2)]: "1x180",
  [active(0)]: "1x180",
  [active(1)]: "0x180",
  [active(2)]: "0x180",
  [healthy(0)]: "1x180",
  [tolerance(0)]: "1x180",
  [failure("request")]: "0x180",
  [failure("response")]: "0x180",
  [volume("used", "data-vault-0")]: "50x180",
  [volume("capacity", "data-vault-0")]: "100x180",
  [cronJob("created")]: hours(-1000),
  [cronJob("status_last_successful_time")]: hours(-20),
  [cronJob("created", "vault-drill")]: hours(-1000),
  [cronJob("status_last_successful_time", "vault-drill")]: hours(-20),
  [newest("home")]: hours(-20),
  [newest("away")]: hours(-20),
  'vault_backup_suspicious{job="vault-backup"}': "0x180",
  // A run that failed before the last complete one.
  [job("owner", "vault-backup-1", ownedBy("vault-backup"))]: "1x180",
  [job("status_start_time", "vault-backup-1")]: hours(-100),
  [job("failed", "vault-backup-1", ',condition="true"')]: "1x180",
};

/** A run of a CronJob that failed five hours ago. */
const failedRun = (of: string): Series => ({
  [job("owner", `${of}-2`, ownedBy(of))]: "1x180",
  [job("status_start_time", `${of}-2`)]: hours(-5),
  [job("failed", `${of}-2`, ',condition="true"')]: "1x180",
});

const cases: readonly AlertCase[] = [
  { name: "nothing while all is well", series: {}, at: 120, fires: [] },
  { name: "a server without its key", series: { [unsealed(2)]: "0x180" }, at: 6, fires: ["VaultSealed critical"] },
  { name: "nothing for a server that starts", series: { [unsealed(2)]: "0x3 1x170" }, at: 8, fires: [] },
  {
    name: "a lost leader",
    series: { [active(0)]: "0x180" },
    at: 3,
    fires: ["VaultNoLeader critical"],
  },
  {
    name: "nothing for a change of leader",
    series: { [active(0)]: "1x10 0x170", [active(1)]: "0x11 1x168" },
    at: 14,
    fires: [],
  },
  {
    name: "a server that does not follow",
    series: { [healthy(0)]: "0x180" },
    at: 6,
    fires: ["VaultRaftUnhealthy critical"],
  },
  {
    name: "nothing that a former leader said last",
    series: { [healthy(1)]: "0x180", [tolerance(1)]: "0x180" },
    at: 60,
    fires: [],
  },
  { name: "a missing voter", series: { [tolerance(0)]: "0x180" }, at: 16, fires: ["VaultRaftUnhealthy warning"] },
  {
    name: "a server of which nothing is heard",
    series: { [unsealed(2)]: "", [active(2)]: "" },
    at: 11,
    fires: ["VaultMetricsMissing warning"],
  },
  {
    name: "silence, once",
    series: Object.fromEntries(
      Object.keys(all)
        .filter((series) => series.startsWith("vault_") && !series.startsWith("vault_backup_"))
        .map((series) => [series, ""]),
    ),
    at: 11,
    fires: ["VaultMetricsMissing critical"],
  },
  {
    name: "requests that could not be logged",
    series: { [failure("request")]: "0x30 3x150" },
    at: 33,
    fires: ["VaultAuditFailure critical"],
  },
  {
    name: "a counter that begins with a failure",
    series: { [failure("response")]: "_x30 1x150" },
    at: 33,
    fires: ["VaultAuditFailure critical"],
  },
  {
    name: "nothing any more when logging has worked for a while",
    series: { [failure("request")]: "0x30 3x150" },
    at: 60,
    fires: [],
  },
  {
    name: "a volume that fills up",
    series: { [volume("used", "data-vault-0")]: "85x180" },
    at: 16,
    fires: ["VaultVolumeNearlyFull warning"],
  },
  {
    name: "backups that have not been complete for too long",
    series: { [cronJob("status_last_successful_time")]: hours(-49) },
    at: 16,
    fires: ["VaultBackupTooOld critical"],
  },
  {
    name: "backups that never were complete",
    series: {
      [cronJob("status_last_successful_time")]: "",
      [job("failed", "vault-backup-1", ',condition="true"')]: "",
    },
    at: 16,
    fires: ["VaultBackupTooOld critical"],
  },
  {
    name: "nothing of a CronJob that is new",
    series: {
      [cronJob("created")]: hours(-1),
      [cronJob("status_last_successful_time")]: "",
    },
    at: 60,
    fires: [],
  },
  {
    name: "a store that has lost what is new",
    series: { [newest("away")]: hours(-49) },
    at: 16,
    fires: ["VaultBackupStoreTooOld critical"],
  },
  { name: "a failed run", series: failedRun("vault-backup"), at: 1, fires: ["VaultBackupFailed warning"] },
  {
    name: "nothing of a run that others started",
    series: failedRun("nightly"),
    at: 60,
    fires: [],
  },
  {
    name: "a failed run only until one is complete",
    series: { ...failedRun("vault-backup"), [cronJob("status_last_successful_time")]: hours(-4) },
    at: 60,
    fires: [],
  },
  {
    name: "a snapshot that does not fit",
    series: { 'vault_backup_suspicious{job="vault-backup"}': "1x180" },
    at: 1,
    fires: ["VaultBackupSuspicious warning"],
  },
  {
    name: "a CronJob that is gone",
    series: { [cronJob("created")]: "", [cronJob("status_last_successful_time")]: "" },
    at: 16,
    fires: ["VaultBackupMetricsMissing warning"],
  },
  { name: "a failed drill", series: failedRun("vault-drill"), at: 1, fires: ["VaultDrillFailed warning"] },
  {
    name: "drills that have not been successful for too long",
    series: { [cronJob("status_last_successful_time", "vault-drill")]: hours(-73) },
    at: 16,
    fires: ["VaultDrillTooOld warning"],
  },
  {
    name: "nothing for others' volumes",
    series: { [volume("used", "data-other-0")]: "95x180", [volume("capacity", "data-other-0")]: "100x180" },
    at: 60,
    fires: [],
  },
];

describe("the alerts about Vault, as Prometheus evaluates them,", () => {
  testAlerts({ rules, count: 16, healthy: all, cases, fault: { series: { [unsealed(1)]: "0x180" }, at: 60 } });
});

describe("the alerts about stores of Vault's backups", () => {
  const fault = { series: { [newest("away")]: "" }, at: 130 };
  testAlerts({
    rules: {
      groups: vaultRules({
        namespace: "vault",
        serverName: "vault",
        replicas: 3,
        volumeMetrics: false,
        backups: { backup: { cronJob: "vault-backup", maxAgeHours: 2 }, jobMetrics: false, stores: ["home", "away"] },
      }).groups.slice(1),
    },
    count: 3,
    healthy: { [newest("home")]: hours(-1), [newest("away")]: "0x180" },
    cases: [
      { name: "nothing while each store has a new backup", series: {}, at: 50, fires: [] },
      { name: "nothing of a store that is silent for a while", series: fault.series, at: 50, fires: [] },
      {
        name: "a store of which nothing is heard for as long as a backup may become old, and the other by its age",
        ...fault,
        fires: ["VaultBackupStoreTooOld critical", "VaultBackupStoreTooOld warning"],
      },
    ],
    fault,
  });
});
