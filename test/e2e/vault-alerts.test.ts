import { vaultRules } from "../../components/vault/vault-rules";
import { type AlertCase, type Series, testAlerts } from "./support/alert-cases";

const rules = vaultRules({
  namespace: "vault",
  serverName: "vault",
  replicas: 3,
  volumeMetrics: true,
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
};

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
    series: Object.fromEntries(Object.keys(all).map((series) => [series, ""])),
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
    name: "nothing for others' volumes",
    series: { [volume("used", "data-other-0")]: "95x180", [volume("capacity", "data-other-0")]: "100x180" },
    at: 60,
    fires: [],
  },
];

describe("the alerts about Vault, as Prometheus evaluates them,", () => {
  testAlerts({ rules, count: 8, healthy: all, cases, fault: { series: { [unsealed(1)]: "0x180" }, at: 60 } });
});
