import { sameName } from "./jobs";
import type { Job, Millis } from "./types";

/** The states in which the REST API shows runs and jobs. */
export type RunStatus = "queued" | "in_progress" | "completed";
export type Conclusion = "success" | "failure" | "cancelled";

/** The jobs that were queued by one call, seen as one run of a workflow. */
export interface WorkflowRun {
  readonly id: number;
  readonly owner: string;
  readonly repository: string;
  readonly status: RunStatus;
  /** Absent while the run is not completed. */
  readonly conclusion?: Conclusion;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
  readonly jobs: readonly Job[];
}

/** The runs of a repository (`owner/name`), oldest first. */
export function runsOf(jobs: Iterable<Job>, repository: string): WorkflowRun[] {
  const byRun = new Map<number, Job[]>();
  for (const job of jobs) {
    if (!sameName(`${job.owner}/${job.repository}`, repository)) continue;
    const known = byRun.get(job.workflowRunId);
    if (known) known.push(job);
    else byRun.set(job.workflowRunId, [job]);
  }
  return [...byRun].map(([id, members]) => runOf(id, members));
}

function runOf(id: number, jobs: readonly Job[]): WorkflowRun {
  const statuses = new Set(jobs.map(statusOf));
  const status = statuses.size === 1 ? ([...statuses][0] ?? "queued") : "in_progress";
  const times = jobs.flatMap((job) => [job.queuedAt, job.startedAt ?? 0, job.finishedAt ?? 0]);
  return {
    id,
    owner: jobs[0]?.owner ?? "",
    repository: jobs[0]?.repository ?? "",
    status,
    ...(status === "completed" && { conclusion: worst(jobs) }),
    createdAt: Math.min(...jobs.map((job) => job.queuedAt)),
    updatedAt: Math.max(...times),
    jobs,
  };
}

/** A job counts as queued until its runner has begun it. */
export function statusOf(job: Job): RunStatus {
  if (job.state === "completed") return "completed";
  return job.state === "started" ? "in_progress" : "queued";
}

export function conclusionOf(job: Job): Conclusion | undefined {
  if (job.state !== "completed" || job.result === undefined) return undefined;
  return ({ succeeded: "success", failed: "failure", canceled: "cancelled" } as const)[job.result];
}

function worst(jobs: readonly Job[]): Conclusion {
  const conclusions = jobs.map(conclusionOf);
  return (["failure", "cancelled"] as const).find((conclusion) => conclusions.includes(conclusion)) ?? "success";
}
