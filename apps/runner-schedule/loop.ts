import type { ScheduledSet } from "../../components/arc/schedule/config";
import { ApiError, type ScaleSets } from "./kubernetes";
import { type Log, messageOf } from "../shared/log";
import type { Metrics } from "./metrics";
import { type Reconciled, reconcile } from "./reconcile";

/** How long at most between two looks: what was missed, undone by hand or made anew is put right within it. */
export const longestPauseMs = 60_000;
const firstRetryMs = 1_000;

export interface Surroundings {
  readonly scaleSets: ScaleSets;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Looks at all sets again and again, each time at what should be now, whatever happened before. Never returns. */
export async function run(sets: readonly ScheduledSet[], surroundings: Surroundings): Promise<never> {
  const pass = passes(sets, surroundings);
  let failures = 0;
  for (;;) {
    const { failed, until } = await pass(new Date());
    failures = failed ? failures + 1 : 0;
    await sleep(pauseMs(failures, until, Date.now()));
  }
}

/**
 * Until the next boundary, but never longer than {@link longestPauseMs}; after failures sooner, the first time after a second and then twice as
 * long each time. Timers may fire a millisecond early, hence one more.
 */
export function pauseMs(failures: number, until: number, now: number): number {
  const longest = failures === 0 ? longestPauseMs : Math.min(longestPauseMs, firstRetryMs * 2 ** (failures - 1));
  return Math.min(longest, Math.max(until - now, 0) + 1);
}

/** One look at all sets, in turn; a set that fails does not keep the others from theirs. */
export function passes(
  sets: readonly ScheduledSet[],
  { scaleSets, log, metrics }: Surroundings,
): (now: Date) => Promise<{ failed: boolean; until: number }> {
  const said = new Map<ScheduledSet, string>();
  return async (now) => {
    let failed = false;
    let until = Infinity;
    for (const set of sets) {
      const { name, namespace } = set;
      try {
        const result = await reconcile(set, now, scaleSets);
        until = Math.min(until, result.wanted.until.getTime());
        metrics.reconciled(set, result);
        report(set, result, said, log);
      } catch (error) {
        failed = true;
        // The controller writes the status of a set at any time, and then a patch misses: no fault of anybody.
        const missed = error instanceof ApiError && error.status === 409;
        if (!missed) metrics.failed(set);
        const what = missed
          ? "the scale set was written to meanwhile; looking again"
          : "could not look at or change the scale set; trying again soon";
        log(missed ? "info" : "error", what, { scaleSet: name, namespace, reason: messageOf(error) });
      }
    }
    metrics.passed(now);
    return { failed, until };
  };
}

/** A change is always told, a state only when it is a new one. */
function report(set: ScheduledSet, result: Reconciled, said: Map<ScheduledSet, string>, log: Log): void {
  const { outcome, wanted, before, outdated } = result;
  const fields = { scaleSet: set.name, namespace: set.namespace };
  if (outcome === "changed") {
    const { minRunners, maxRunners, window = "none", until } = wanted;
    log("info", "changed the scale set", { ...fields, window, before, after: { minRunners, maxRunners }, until });
  }
  const state = `${outcome === "changed" ? "same" : outcome} ${outdated}`;
  if (said.get(set) === state) return;
  said.set(set, state);
  if (outcome === "absent") log("warn", "there is no such scale set; it is taken up when it appears", fields);
  if (outcome === "deleting") log("info", "the scale set is being deleted and left alone", fields);
  if (outcome === "released") log("info", "the scale set is no longer under a schedule and left alone", fields);
  if (outcome === "same") log("info", "the scale set has what the schedule wants", { ...fields, ...wanted });
  if (outdated)
    log("warn", "the scale set is Outdated: GitHub no longer serves its runner version, and it takes no jobs", fields);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
