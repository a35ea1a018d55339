/** Milliseconds since 1970. */
export type Millis = number;

/** Stages that a run or job passes, in this order; each is skipped now and then. `requested` and `pending` of GitHub are `queued` here. */
export const statuses = ["queued", "waiting", "in_progress", "completed"] as const;
export type Status = (typeof statuses)[number];

/** Which attempt of which run: a re-run keeps the run's id. */
export interface AttemptId {
  /** `OWNER/NAME` */
  readonly repository: string;
  readonly runId: number;
  /** From 1 on. */
  readonly attempt: number;
}

/** What GitHub said of one attempt of a run, at some moment. */
export interface RunFact extends AttemptId {
  readonly kind: "run";
  /** Name of the workflow's file: the name that is shown may differ from run to run. */
  readonly workflow: string;
  readonly event: string;
  readonly branch: string | null;
  readonly status: Status;
  /** Of completed ones. */
  readonly conclusion: string | null;
  /** `run_started_at`: a re-run has its own, while `created_at` stays that of the first attempt. */
  readonly startedAt: Millis;
  readonly updatedAt: Millis;
}

/** What GitHub said of one job, at some moment. */
export interface JobFact extends AttemptId {
  readonly kind: "job";
  readonly jobId: number;
  readonly status: Status;
  readonly conclusion: string | null;
  readonly createdAt: Millis;
  /** When a runner began with it; null as long as none has it. GitHub fills `started_at` earlier, which means nothing. */
  readonly startedAt: Millis | null;
  readonly completedAt: Millis | null;
  /** Of `runs-on`; empty for check runs of other apps, which are no jobs. */
  readonly labels: readonly string[];
}

/** The attempt is over and has these jobs and no other: what a list of its jobs says that push alone never does. */
export interface JobsFact extends AttemptId {
  readonly kind: "jobs";
  readonly jobIds: readonly number[];
}

/** The run is no longer there: somebody deleted it. */
export interface DeletedFact extends AttemptId {
  readonly kind: "deleted";
}

/** What is known of a repository. */
export interface RepositoryFact {
  readonly kind: "repository";
  readonly repository: string;
  readonly defaultBranch: string;
}

/** The repository is not to be watched any more: deleted, archived or taken out of the settings. */
export interface GoneFact {
  readonly kind: "gone";
  readonly repository: string;
}

/**
 * Everything that the exporter learns, from whichever feed. Facts may come late, twice and in any order; what comes out depends on their
 * set alone.
 */
export type Fact = RunFact | JobFact | JobsFact | DeletedFact | RepositoryFact | GoneFact;

export function rankOf(status: Status): number {
  return statuses.indexOf(status);
}
