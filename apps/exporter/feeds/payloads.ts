import * as z from "zod/mini";

import type { Fact, JobFact, Millis, RepositoryFact, RunFact, Status } from "../core/facts";

const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT/));

/** What is read of a repository. GitHub sends the same objects by webhook and by REST. */
export const repositorySchema = z.object({
  full_name: z.string(),
  default_branch: z.optional(z.string()),
  archived: z.optional(z.boolean()),
  disabled: z.optional(z.boolean()),
});

/** What is read of a run. */
export const runSchema = z.object({
  id: z.number(),
  run_attempt: z.optional(z.number()),
  path: z.string(),
  event: z.string(),
  head_branch: z.nullish(z.string()),
  status: z.nullish(z.string()),
  conclusion: z.nullish(z.string()),
  created_at: time,
  run_started_at: z.optional(time),
  updated_at: time,
});

/** What is read of a job. */
export const jobSchema = z.object({
  id: z.number(),
  run_id: z.number(),
  run_attempt: z.optional(z.number()),
  status: z.string(),
  conclusion: z.nullish(z.string()),
  created_at: z.optional(time),
  started_at: z.nullish(time),
  completed_at: z.nullish(time),
  labels: z.array(z.string()),
  runner_id: z.nullish(z.number()),
});

export type RepositoryObject = z.output<typeof repositorySchema>;
export type RunObject = z.output<typeof runSchema>;
export type JobObject = z.output<typeof jobSchema>;

export function repositoryFact({ full_name, default_branch }: RepositoryObject): RepositoryFact[] {
  return default_branch === undefined
    ? []
    : [{ kind: "repository", repository: full_name, defaultBranch: default_branch }];
}

export function runFact(repository: string, run: RunObject): RunFact {
  const status = statusOf(run.status);
  return {
    kind: "run",
    repository,
    runId: run.id,
    attempt: run.run_attempt ?? 1,
    workflow: workflowOf(run.path),
    event: run.event,
    branch: run.head_branch ?? null,
    status,
    conclusion: status === "completed" ? (run.conclusion ?? null) : null,
    startedAt: millis(run.run_started_at ?? run.created_at),
    updatedAt: millis(run.updated_at),
  };
}

/** `undefined` for jobs of a GitHub Enterprise Server so old that it does not say when they were created. */
export function jobFact(repository: string, job: JobObject): JobFact | undefined {
  if (job.created_at === undefined) return undefined;
  const status = statusOf(job.status);
  // Before a runner has the job, and for ever when none got it, `started_at` says something else than its name.
  const hasRunner = (job.runner_id ?? 0) !== 0 && (status === "in_progress" || status === "completed");
  return {
    kind: "job",
    repository,
    runId: job.run_id,
    attempt: job.run_attempt ?? 1,
    jobId: job.id,
    status,
    conclusion: job.conclusion ?? null,
    createdAt: millis(job.created_at),
    startedAt: hasRunner && job.started_at ? millis(job.started_at) : null,
    completedAt: status === "completed" && job.completed_at ? millis(job.completed_at) : null,
    labels: job.labels,
  };
}

/** All jobs of an attempt that is over. */
export function jobsFacts(
  id: { readonly repository: string; readonly runId: number; readonly attempt: number },
  jobs: readonly JobObject[],
): Fact[] {
  const facts = jobs.flatMap((job) => jobFact(id.repository, job) ?? []);
  return [...facts, { kind: "jobs", ...id, jobIds: facts.map(({ jobId }) => jobId) }];
}

function statusOf(status: string | null | undefined): Status {
  switch (status) {
    case "completed":
    case "in_progress":
    case "waiting":
      return status;
    default:
      // requested, pending, queued, and whatever GitHub comes up with for what has not begun
      return "queued";
  }
}

/** The name of the file; a workflow of another repository or of GitHub itself has a path of its own kind. */
function workflowOf(path: string): string {
  const file = path.split("@")[0] ?? path;
  return file.split("/").at(-1) || "unknown";
}

function millis(text: string): Millis {
  return Date.parse(text);
}
