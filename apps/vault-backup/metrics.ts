import { Gauge, Pushgateway, Registry } from "prom-client";

import { type Log, messageOf } from "./log";
import type { StoreOutcome, VerifiedSnapshot } from "./types";

/** How a run ended, as far as metrics tell. */
export interface RunResult {
  readonly exitCode: number;
  readonly seconds: number;
  readonly snapshot?: VerifiedSnapshot;
  readonly suspicious: boolean;
  readonly outcomes: readonly StoreOutcome[];
}

const jobName = "vault-backup";

/**
 * Pushes what alerts look at: a group for the run, and one per store. Groups are added to, never replaced, so that the time of the last good
 * backup stays when a run fails. A Pushgateway that does not answer is no failure of the backup.
 */
export async function pushMetrics(url: string, result: RunResult, now: Date, log: Log): Promise<void> {
  const groups = [
    { groupings: {}, registry: runMetrics(result, now) },
    ...result.outcomes.map((outcome) => ({ groupings: { store: outcome.store }, registry: storeMetrics(outcome) })),
  ];
  const results = await Promise.allSettled(
    groups.map(({ groupings, registry }) =>
      new Pushgateway(url, { timeout: 5000 }, registry).pushAdd({ jobName, groupings }),
    ),
  );
  const failed = results.find((each) => each.status === "rejected");
  if (failed) log("warn", "metrics", { outcome: "not pushed", reason: messageOf(failed.reason) });
  else log("info", "metrics", { outcome: "pushed", groups: groups.length });
}

function gauges(values: Readonly<Record<string, readonly [help: string, value: number | undefined]>>): Registry {
  const registry = new Registry();
  for (const [name, [help, value]] of Object.entries(values)) {
    if (value !== undefined) new Gauge({ name: `vault_backup_${name}`, help, registers: [registry] }).set(value);
  }
  return registry;
}

function runMetrics({ exitCode, seconds, snapshot, suspicious }: RunResult, now: Date): Registry {
  return gauges({
    last_run_timestamp_seconds: ["When the last run ended, however it ended.", now.getTime() / 1000],
    last_exit_code: ["Exit code of the last run.", exitCode],
    last_run_seconds: ["How long the last run took.", seconds],
    last_success_timestamp_seconds: [
      "When all stores were complete last.",
      exitCode === 0 ? now.getTime() / 1000 : undefined,
    ],
    suspicious: ["1 if the last snapshot does not fit to those before; nothing is removed then.", suspicious ? 1 : 0],
    snapshot_bytes: ["Size of the last snapshot.", snapshot?.bytes],
    snapshot_index: ["Raft's index of the last snapshot.", snapshot?.meta.index],
    clock_skew_seconds: ["Local clock minus Vault's.", snapshot && snapshot.clockSkewMs / 1000],
  });
}

function storeMetrics({
  status,
  newestVerified,
  verifiedBackups,
  seconds,
  pruned,
  keptByLock,
  pruneSkipped,
  error,
}: StoreOutcome): Registry {
  return gauges({
    store_up: ["1 if the last run put its backup into this store.", status === "complete" ? 1 : 0],
    // The store says it itself, so that it is right whatever happened to earlier pushes.
    store_last_verified_timestamp_seconds: [
      "When the newest verified backup was taken.",
      newestVerified && newestVerified.getTime() / 1000,
    ],
    // After a failure it is not known.
    store_verified_backups: ["Verified backups in the store.", error ? undefined : verifiedBackups],
    store_upload_seconds: ["How long the upload took.", seconds.upload],
    store_pruned: ["Backups that the last run removed.", pruned.length],
    store_kept_by_lock: ["Backups that should have been removed, but are locked.", keptByLock.length],
    store_prune_skipped: [
      "1 if the last run removed nothing, for a reason in its log.",
      pruneSkipped === undefined ? 0 : 1,
    ],
  });
}
