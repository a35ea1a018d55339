import type { Attempt, Job, Run } from "./types";

export interface JobSpec {
  readonly labels: readonly string[];
  /** @default "job N" */
  readonly name?: string;
  /** It waits for the protection rules of an environment first. @default false */
  readonly waiting?: boolean;
  /** @default 0 */
  readonly steps?: number;
  /** @default the next number */
  readonly id?: number;
}

export interface RunSpec {
  /** `owner/name`; declared if it was not yet. */
  readonly repository: string;
  /** Path of the workflow's file. @default .github/workflows/ci.yml */
  readonly workflow?: string;
  /** @default the name of its file without the ending */
  readonly workflowName?: string;
  /** @default push */
  readonly event?: string;
  /** Null for events without a branch. @default the repository's default branch */
  readonly branch?: string | null;
  readonly actor?: string;
  readonly title?: string;
  readonly jobs: readonly JobSpec[];
  /** More jobs will follow: the run is over only when it is ended. @default false */
  readonly open?: boolean;
  /** @default the next number */
  readonly id?: number;
}

/** A job with what it belongs to. */
export interface Place {
  readonly run: Run;
  readonly attempt: Attempt;
  readonly job: Job;
}
