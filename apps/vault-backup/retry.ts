import { setTimeout as pause } from "node:timers/promises";

import { BackupError } from "./errors";
import { type Log, messageOf } from "./log";

export interface RetryOptions {
  readonly attempts: number;
  /** Longest pause before the second attempt; it doubles with each, up to a minute. */
  readonly firstPauseMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

const longestPauseMs = 60_000;

/** Pause after an attempt (from 1): any part of a time that doubles, so that several clients do not come at once ("full jitter"). */
export function pauseMs(attempt: number, firstPauseMs: number, random: number): number {
  return Math.round(random * Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)));
}

/**
 * Repeats what failed and may succeed another time, until attempts or time are used up.
 *
 * @throws the last failure: when time runs out, why there was no success until then says more than that it ran out
 */
export async function retry<T>(step: string, work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, firstPauseMs, signal, log, random = Math.random } = options;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    let failure: BackupError;
    try {
      return await work(attempt);
    } catch (error) {
      if (!(error instanceof BackupError) || !error.again || attempt >= attempts) throw error;
      failure = error;
    }
    const wait = pauseMs(attempt, firstPauseMs, random());
    log("warn", step, {
      outcome: "again",
      attempt,
      class: failure.exitClass,
      reason: messageOf(failure),
      pauseMs: wait,
    });
    await pause(wait, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw terminated(signal) ?? failure;
  }
}

/** The reason of an abort that is an order to end, which counts more than any failure before. */
function terminated(signal: AbortSignal): BackupError | undefined {
  const reason: unknown = signal.reason;
  return reason instanceof BackupError && reason.exitClass === "terminated" ? reason : undefined;
}
