import type { BackUpOptions, StoreOutcome, VerifiedSnapshot } from "../types";
import type { Backup } from "./backup";
import { type StoreErrorClass, StoreError, toStoreError } from "./errors";
import { isClusterId } from "./keys";
import { listBackups } from "./list";
import { prune } from "./prune";
import { decideRetention } from "./retention";
import type { Store } from "./store";
import { keyOf, writeBackup } from "./write-backup";

export interface StoreOptions extends BackUpOptions {
  /** Whether old backups are deleted here. `false` where a role or lifecycle of its own does that. @default true */
  readonly prune?: boolean;
}

/** After these there is no use in asking the store what it holds. */
const silent: ReadonlySet<StoreErrorClass> = new Set([
  "aborted",
  "credentials",
  "no-bucket",
  "timeout",
  "tls",
  "unreachable",
]);

/**
 * Brings a snapshot into one store: upload, confirmation, manifest, then pruning. Whatever the store does ends up in the outcome; nothing is
 * thrown, so that one store cannot keep the others from theirs. `failed` means that there is no confirmed backup; what goes wrong afterwards
 * is a warning.
 */
export async function backUp(store: Store, snapshot: VerifiedSnapshot, options: StoreOptions): Promise<StoreOutcome> {
  const { config, log } = store;
  const timeout = AbortSignal.timeout(config.timeoutSeconds * 1000);
  const signal = AbortSignal.any([options.deadline, timeout]);
  const outcome: StoreOutcome = {
    store: store.name,
    status: "failed",
    pruned: [],
    keptByLock: [],
    warnings: [],
    seconds: { upload: 0, confirm: 0 },
    verifiedBackups: 0,
  };
  try {
    if (!isClusterId(snapshot.clusterId)) throw new StoreError("other", "Vault's cluster id cannot be a folder");
    await writeBackup(store, snapshot, options.suspicious ?? [], outcome, signal);
    Object.assign(outcome, { status: "complete", key: keyOf(store, snapshot) });
  } catch (error) {
    const { kind, message } = endedBy(error, store, options.deadline, timeout);
    outcome.error = { class: kind, message };
    outcome.pruneSkipped = "no backup was confirmed in this run";
    log("error", "store", { store: store.name, class: kind, message });
    if (silent.has(kind)) return outcome;
  }
  await tidy(store, snapshot, options, outcome, signal);
  return outcome;
}

/** Counts what is there, and deletes what is old. */
async function tidy(
  store: Store,
  snapshot: VerifiedSnapshot,
  options: StoreOptions,
  outcome: StoreOutcome,
  signal: AbortSignal,
): Promise<void> {
  try {
    const backups = await listBackups(store, snapshot.clusterId, signal);
    count(outcome, backups, new Set());
    const now = options.now();
    const { remove, frozen } = decideRetention({
      backups,
      clusterId: snapshot.clusterId,
      ...(outcome.status === "complete" && { uploaded: keyOf(store, snapshot) }),
      retention: options.retention,
      now,
      skewMs: { vault: snapshot.clockSkewMs, store: store.clock.skewMs(now) },
      suspicious: options.suspicious ?? [],
    });
    const skipped = frozen ?? (options.prune === false ? "pruning is left to others" : undefined);
    if (skipped !== undefined) {
      skip(store, outcome, skipped, frozen !== undefined);
      return;
    }
    const { pruned, keptByLock, warnings } = await prune(store, remove, signal);
    outcome.pruned.push(...pruned);
    outcome.keptByLock.push(...keptByLock);
    outcome.warnings.push(...warnings);
    count(outcome, backups, new Set(pruned));
  } catch (error) {
    const { message } = toStoreError(error);
    if (outcome.status === "complete" && outcome.verifiedBackups === 0) atLeastNew(outcome, snapshot);
    skip(store, outcome, `what the store holds is not known: ${message}`, true);
  }
}

function skip(store: Store, outcome: StoreOutcome, reason: string, warn: boolean): void {
  outcome.pruneSkipped ??= reason;
  if (warn && outcome.status === "complete") outcome.warnings.push(`nothing was pruned: ${reason}`);
  store.log(warn ? "warn" : "info", "prune", { store: store.name, skipped: reason });
}

function count(outcome: StoreOutcome, backups: readonly Backup[], gone: ReadonlySet<string>): void {
  const verified = backups.filter(({ key, state }) => state === "verified" && !gone.has(key));
  outcome.verifiedBackups = verified.length;
  const newest = Math.max(...verified.map(({ takenAt }) => takenAt.getTime()));
  if (verified.length > 0) outcome.newestVerified = new Date(newest);
}

function atLeastNew(outcome: StoreOutcome, { takenAt }: VerifiedSnapshot): void {
  outcome.verifiedBackups = 1;
  outcome.newestVerified = takenAt;
}

/** An error after a signal is the signal's doing, whatever it looks like. */
function endedBy(error: unknown, { config }: Store, deadline: AbortSignal, timeout: AbortSignal): StoreError {
  if (deadline.aborted) return new StoreError("aborted", "stopped before the upload was confirmed", { cause: error });
  if (!timeout.aborted) return toStoreError(error);
  const message = `not done after ${config.timeoutSeconds} s; fix: raise timeoutSeconds of this store, or see why it is slow`;
  return new StoreError("timeout", message, { cause: error });
}
