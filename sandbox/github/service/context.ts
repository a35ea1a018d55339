import type { State } from "./state";
import type { Job, MessageKind, Millis, TransitionName } from "./types";

/** What the parts of the model share: the state, where time and ids come from, and who is told of a change. */
export interface Context {
  readonly state: State;
  readonly now: () => Millis;
  readonly ids: IdSource;
  readonly limits: Limits;
  /** Called after each change that may give a waiting listener or runner something to do. */
  readonly wake: () => void;
}

export interface IdSource {
  /** A version 4 UUID. */
  uuid(): string;
  /** A secret of at least 128 bits. */
  secret(): string;
}

export interface Limits {
  /** A session that has not polled for so long may be taken over by another listener. */
  readonly sessionMillis: Millis;
  /** A runner that has not been heard of for so long is taken for dead. */
  readonly runnerMillis: Millis;
  /**
   * How long after its end a job still counts as assigned. GitHub tells of the end later than the runner leaves; told at once,
   * ARC 0.6.1 takes the leaving runner for a living one and removes an idle one in its place.
   */
  readonly reportMillis: Millis;
  /** Items in one message; the real service sends at most 50. */
  readonly messageItems: number;
}

export const defaultLimits: Limits = { sessionMillis: 60_000, runnerMillis: 30_000, reportMillis: 0, messageItems: 50 };

/** Writes a line of the job's ledger. */
export function record(context: Context, job: Job, name: TransitionName, detail?: string): void {
  job.transitions.push({ name, at: context.now(), ...(detail === undefined ? {} : { detail }) });
}

/** Puts an event about the job into the outbox of its scale set, if that still exists. */
export function announce({ state }: Context, job: Job, kind: MessageKind): void {
  const scaleSet = job.scaleSetId === undefined ? undefined : state.scaleSets.get(job.scaleSetId);
  if (!scaleSet) return;
  scaleSet.outbox.push({ kind, job: job.id });
  state.save("scaleSets", scaleSet);
}
