/** Runs and jobs of GitHub Actions, as plain data. */

/** Milliseconds since 1970. */
export type Millis = number;

export type Status = "queued" | "waiting" | "in_progress" | "completed";

export const conclusions = [
  "success",
  "failure",
  "cancelled",
  "skipped",
  "neutral",
  "timed_out",
  "action_required",
  "stale",
  "startup_failure",
] as const;
export type Conclusion = (typeof conclusions)[number];

export interface Repository {
  readonly owner: string;
  readonly name: string;
  /** `owner/name` */
  readonly fullName: string;
  readonly defaultBranch: string;
  readonly archived: boolean;
  readonly createdAt: Millis;
  readonly pushedAt: Millis;
}

export interface Workflow {
  readonly id: number;
  /** `owner/name` */
  readonly repository: string;
  readonly name: string;
  /** Such as `.github/workflows/ci.yml`. */
  readonly path: string;
  readonly createdAt: Millis;
}

export interface Runner {
  readonly id: number;
  readonly name: string;
  readonly groupId: number;
  readonly groupName: string;
}

export interface Job {
  readonly id: number;
  readonly runId: number;
  readonly attempt: number;
  readonly name: string;
  /** Of `runs-on`. */
  readonly labels: readonly string[];
  /** How many steps it has: they make up most of its size on the wire. */
  readonly steps: number;
  readonly createdAt: Millis;
  status: Status;
  conclusion: Conclusion | null;
  /** When a runner began with it. What the API shows as `started_at` before that is the time of creation. */
  startedAt: Millis | null;
  completedAt: Millis | null;
  runner: Runner | null;
}

export interface Attempt {
  /** From 1 on. */
  readonly number: number;
  /** `run_started_at`: each attempt has its own. */
  readonly startedAt: Millis;
  readonly jobs: Job[];
  status: Status;
  conclusion: Conclusion | null;
  updatedAt: Millis;
}

export interface Run {
  readonly id: number;
  /** `owner/name` */
  readonly repository: string;
  readonly workflow: Workflow;
  /** Counts the runs of the workflow. */
  readonly runNumber: number;
  readonly event: string;
  readonly branch: string | null;
  readonly headSha: string;
  readonly title: string;
  readonly actor: string;
  /** Of the first attempt; a re-run keeps it, as it keeps the id. */
  readonly createdAt: Millis;
  /** The newest is last. */
  readonly attempts: Attempt[];
  /** Raised by every change: tells at once whether what was shown before is outdated. */
  version: number;
}

export type RunAction = "requested" | "in_progress" | "completed";
export type JobAction = "queued" | "waiting" | "in_progress" | "completed";

/** One change of a run or a job. */
export type Transition = {
  readonly at: Millis;
  readonly run: Run;
  readonly attempt: Attempt;
  /** GitHub sends no webhook for it. */
  readonly silent: boolean;
} & (
  | { readonly event: "workflow_run"; readonly action: RunAction }
  | { readonly event: "workflow_job"; readonly action: JobAction; readonly job: Job }
);
