import { type AttemptId, type JobFact, type JobsFact, type Millis, rankOf, type RunFact } from "./facts";
import { type JobRecord, mergeJobs, mergeRuns, type RunRecord } from "./merge";

/** All that is known of an attempt which is not settled yet. */
export interface Attempt {
  readonly id: AttemptId;
  run?: RunRecord;
  readonly jobs: Map<number, JobRecord>;
  /** From a list of all jobs, made when the attempt was over. */
  jobIds?: readonly number[];
  /** When the run was counted, on the ledger's clock. */
  countedAt?: Millis;
  /** The jobs whose queue time has been looked at. */
  readonly observed: Set<number>;
}

export function keyOf({ runId, attempt }: AttemptId): string {
  return `${runId}/${attempt}`;
}

export function newAttempt({ repository, runId, attempt }: AttemptId): Attempt {
  return { id: { repository, runId, attempt }, jobs: new Map(), observed: new Set() };
}

/** Returns whether the fact says anything new. */
export function addToAttempt(attempt: Attempt, fact: RunFact | JobFact | JobsFact): boolean {
  switch (fact.kind) {
    case "run": {
      const known = attempt.run;
      attempt.run = mergeRuns(known, fact);
      return attempt.run !== known;
    }
    case "job": {
      const known = attempt.jobs.get(fact.jobId);
      const job = mergeJobs(known, fact);
      attempt.jobs.set(fact.jobId, job);
      return job !== known;
    }
    case "jobs": {
      const isNew = attempt.jobIds === undefined;
      attempt.jobIds ??= fact.jobIds;
      return isNew;
    }
  }
}

/** When the attempt ended by its last job, once all of its jobs are known to be over; `undefined` until then. */
export function confirmedEnd({ run, jobIds, jobs }: Attempt): Millis | undefined {
  if (jobIds === undefined || run?.status !== "completed") return undefined;
  const records = jobIds.map((id) => jobs.get(id));
  if (records.some((job) => job?.status !== "completed")) return undefined;
  // A run that could not start has no jobs.
  return lastEnd(records) ?? run.updatedAt;
}

/** When the last of the known jobs ended. */
export function lastKnownEnd({ jobs }: Attempt): Millis | undefined {
  return lastEnd([...jobs.values()]);
}

function lastEnd(jobs: readonly (JobRecord | undefined)[]): Millis | undefined {
  const ends = jobs.flatMap((job) => job?.completedAt ?? []);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** A job that could run, but has no runner. Those of runs that are over only seem to wait, because their end was not told. */
export function waitingJobs({ run, jobs }: Attempt): JobRecord[] {
  if (run?.status === "completed") return [];
  return [...jobs.values()].filter(
    ({ status, startedAt, labels }) => rankOf(status) === 0 && startedAt === null && labels.length > 0,
  );
}

/** When something of the attempt last happened, as far as it is known. */
export function began({ run, jobs }: Attempt): Millis {
  return run?.startedAt ?? Math.min(...[...jobs.values()].map(({ createdAt }) => createdAt));
}
