import type { ActionsModel } from "./model";
import type { Attempt, Conclusion, Job, JobAction, Millis, Run, RunAction, Status, Transition } from "./types";

/** One line of the ledger: what really happened, and when. */
export interface LedgerEntry {
  readonly at: Millis;
  readonly event: "workflow_run" | "workflow_job";
  readonly action: RunAction | JobAction;
  readonly repository: string;
  readonly runId: number;
  readonly attempt: number;
  /** Of a job's transition. */
  readonly jobId?: number;
  readonly conclusion: Conclusion | null;
}

/** One attempt of a run, as it really went so far. */
export interface AttemptTruth {
  readonly repository: string;
  readonly runId: number;
  readonly attempt: number;
  /** Path of the workflow's file. */
  readonly workflow: string;
  readonly event: string;
  readonly branch: string | null;
  readonly status: Status;
  readonly conclusion: Conclusion | null;
  readonly startedAt: Millis;
  readonly updatedAt: Millis;
  readonly jobs: readonly JobTruth[];
}

export interface JobTruth {
  readonly jobId: number;
  readonly labels: readonly string[];
  readonly status: Status;
  readonly conclusion: Conclusion | null;
  readonly createdAt: Millis;
  /** Null: no runner had it. */
  readonly startedAt: Millis | null;
  readonly completedAt: Millis | null;
}

/** Every transition of a model from now on, in the order in which they happened. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];

  constructor(model: ActionsModel) {
    model.onTransition((transition) => this.entries.push(entryOf(transition)));
  }
}

function entryOf({ at, event, action, run, attempt, ...rest }: Transition): LedgerEntry {
  const job = "job" in rest ? rest.job : undefined;
  return {
    at,
    event,
    action,
    repository: run.repository,
    runId: run.id,
    attempt: attempt.number,
    ...(job && { jobId: job.id }),
    conclusion: (job ?? attempt).conclusion,
  };
}

/** All attempts of all runs, for tests to compare with. */
export function truthOf(model: ActionsModel): AttemptTruth[] {
  return [...model.allRuns()].flatMap((run) => run.attempts.map((attempt) => attemptTruth(run, attempt)));
}

function attemptTruth(run: Run, { number, jobs, status, conclusion, startedAt, updatedAt }: Attempt): AttemptTruth {
  const { repository, id: runId, workflow, event, branch } = run;
  const times = { startedAt, updatedAt };
  return {
    ...{ repository, runId, attempt: number, workflow: workflow.path, event, branch, status, conclusion, ...times },
    jobs: jobs.map(jobTruth),
  };
}

function jobTruth({ id, labels, status, conclusion, createdAt, startedAt, completedAt }: Job): JobTruth {
  return { jobId: id, labels, status, conclusion, createdAt, startedAt, completedAt };
}
