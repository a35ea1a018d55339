import { mkdir, readdir, rm } from "node:fs/promises";

import { doubts, type Earlier, newest } from "./compare";
import type { BackupConfig } from "./config";
import { BackupError, type ExitClass, exitCodes } from "./errors";
import { type ApiServer, type HeldLease, takeLease } from "./lease";
import { type Log, messageOf } from "./log";
import { pushMetrics, type RunResult } from "./metrics";
import { availableBytes, checkRoom, clearSpool } from "./spool";
import { takeSnapshot } from "./take";
import type { BackUpOptions, StoreOutcome, VerifiedSnapshot } from "./types";

/** One store as a run sees it; stores/index.ts in the program. */
export interface RunStore {
  readonly name: string;
  /** All backups, of other clusters too. */
  readonly list: (clusterId?: string) => Promise<readonly Earlier[]>;
  /** Never throws for what goes wrong at the store. */
  readonly backUp: (snapshot: VerifiedSnapshot, options: BackUpOptions) => Promise<StoreOutcome>;
}

export interface RunOptions {
  readonly config: BackupConfig;
  readonly stores: readonly RunStore[];
  readonly log: Log;
  readonly now: () => Date;
  /** Aborted by SIGTERM. */
  readonly terminate: AbortSignal;
  /** Needed for a Lease alone. */
  readonly api?: ApiServer;
}

/** How long stores may take to give up what they are doing after they were told to: less than the grace of a pod, 30 s. */
const abortMs = 15_000;

/** Takes one backup into all stores. @returns the exit code */
export async function run(options: RunOptions): Promise<number> {
  const { config, log, now, terminate } = options;
  const begun = performance.now();
  const lost = new AbortController();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(deadlineError(config)), config.deadlineSeconds * 1000);
  const signal = AbortSignal.any([terminate, deadline.signal, lost.signal]);
  const progress: Progress = { suspicious: false, outcomes: [] };
  let lease: HeldLease | undefined;
  let exitCode: number;
  try {
    await prepareSpool(config);
    if (config.jobLease && options.api) {
      const onLost = (error: BackupError): void => lost.abort(error);
      lease = await takeLease({ ...config.jobLease, api: options.api, signal, log, onLost });
    }
    const exitClass = await backUpOnce(options, signal, progress);
    exitCode = exitCodes[exitClass];
    log(exitCode === 0 ? "info" : "error", "end", { class: exitClass, exitCode });
  } catch (error) {
    const failure = signal.aborted && !isFinal(error) ? (signal.reason as unknown) : error;
    const known = failure instanceof BackupError ? failure : undefined;
    exitCode = known?.exitCode ?? exitCodes.unexpected;
    log("error", "end", { class: known?.exitClass ?? "unexpected", exitCode, reason: messageOf(failure) });
  } finally {
    clearTimeout(timer);
    if (progress.snapshot) await rm(progress.snapshot.file, { force: true });
    await lease?.release();
  }
  if (config.pushgateway !== undefined) {
    const result: RunResult = { ...progress, exitCode, seconds: (performance.now() - begun) / 1000 };
    await pushMetrics(config.pushgateway, result, now(), log);
  }
  return exitCode;
}

interface Progress {
  snapshot?: VerifiedSnapshot;
  suspicious: boolean;
  outcomes: readonly StoreOutcome[];
}

/** What was found out before the time ran out says more than that it ran out. */
function isFinal(error: unknown): boolean {
  return error instanceof BackupError;
}

async function backUpOnce(options: RunOptions, signal: AbortSignal, progress: Progress): Promise<ExitClass> {
  const { config, stores, log, now } = options;
  const earlier = await Promise.all(stores.map((store) => listEarlier(store, log)));
  const lastBytes = newest(
    earlier.flatMap((each) => each.backups),
    config.vault.clusterId,
  )?.bytes;
  checkRoom(config.spoolFolder, await availableBytes(config.spoolFolder), lastBytes);
  const snapshot = await takeSnapshot({ config, signal, log, now, lastBytes });
  progress.snapshot = snapshot;
  signal.throwIfAborted();
  const work = stores.map((store, index) => {
    const { backups = [], problem } = earlier[index] ?? {};
    const suspicious = problem === undefined ? doubts(snapshot, backups, config.vault.clusterId) : [problem];
    if (suspicious.length > 0) {
      progress.suspicious = true;
      log("warn", "compare", { store: store.name, suspicious });
    }
    return backUpTo(store, snapshot, { retention: config.retention, now, deadline: signal, log, suspicious });
  });
  progress.outcomes = await endedOrAborted(work, stores, signal);
  for (const outcome of progress.outcomes)
    log(outcome.status === "complete" ? "info" : "error", "store", { ...outcome });
  return classOf(progress.outcomes, signal);
}

/** A store that failed gets the same snapshot once more; most failures of stores are short. */
async function backUpTo(store: RunStore, snapshot: VerifiedSnapshot, options: BackUpOptions): Promise<StoreOutcome> {
  const first = await store.backUp(snapshot, options);
  if (first.status === "complete" || options.deadline.aborted) return first;
  options.log("warn", "store", { store: store.name, outcome: "again", ...first.error });
  return store.backUp(snapshot, options);
}

async function listEarlier(store: RunStore, log: Log): Promise<{ backups: readonly Earlier[]; problem?: string }> {
  try {
    return { backups: await store.list() };
  } catch (error) {
    const problem = `earlier backups could not be listed for comparison: ${messageOf(error)}`;
    log("warn", "compare", { store: store.name, reason: problem });
    return { backups: [], problem };
  }
}

/** Waits for all stores; after an abort only as long as it takes to give up uploads. */
async function endedOrAborted(
  work: readonly Promise<StoreOutcome>[],
  stores: readonly RunStore[],
  signal: AbortSignal,
): Promise<StoreOutcome[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    const start = (): void => void (timer = setTimeout(() => resolve("late"), abortMs));
    if (signal.aborted) start();
    else signal.addEventListener("abort", start, { once: true });
  });
  const settled = await Promise.all(
    work.map((each) => Promise.race([each.catch((error: unknown) => messageOf(error)), late])),
  );
  clearTimeout(timer);
  return settled.map((outcome, index) =>
    typeof outcome === "string"
      ? failedOutcome(stores[index]?.name ?? "", outcome === "late" ? "did not end" : outcome)
      : outcome,
  );
}

function failedOutcome(store: string, message: string): StoreOutcome {
  const error = { class: "other", message };
  const seconds = { upload: 0, confirm: 0 };
  return { store, status: "failed", pruned: [], keptByLock: [], warnings: [], error, seconds, verifiedBackups: 0 };
}

/** The class that a run ends with by what its stores say. */
export function classOf(outcomes: readonly Pick<StoreOutcome, "status">[], signal: AbortSignal): ExitClass {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  const complete = outcomes.filter(({ status }) => status === "complete").length;
  if (reason instanceof BackupError && reason.exitClass !== "deadline") return reason.exitClass;
  if (complete === outcomes.length) return "complete";
  if (complete > 0) return "partial";
  return reason instanceof BackupError ? reason.exitClass : "allStoresFailed";
}

async function prepareSpool({ spoolFolder }: BackupConfig): Promise<void> {
  try {
    await mkdir(spoolFolder, { recursive: true });
    await clearSpool(spoolFolder, await readdir(spoolFolder));
  } catch (error) {
    const problem = {
      path: `spoolFolder ${spoolFolder}`,
      what: messageOf(error),
      allowed: "a folder that can be written",
    };
    throw new BackupError("configuration", problem, { cause: error });
  }
}

function deadlineError({ deadlineSeconds }: BackupConfig): BackupError {
  const what = `the run has not ended within ${deadlineSeconds} s`;
  return new BackupError("deadline", {
    path: "deadlineSeconds",
    what,
    fix: "see which step took so long, or raise it",
  });
}
