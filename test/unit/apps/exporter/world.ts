import fc from "fast-check";

import type { Fact, JobFact, Millis, RunFact } from "../../../../apps/exporter/core/facts";

/** Begin of the time in which worlds happen. */
export const epoch = Date.UTC(2026, 0, 5);

const hour = 3_600_000;

/** A job as it really went. */
export interface TrueJob {
  readonly jobId: number;
  readonly labels: readonly string[];
  readonly createdAt: Millis;
  /** Null: never got a runner. */
  readonly startedAt: Millis | null;
  readonly completedAt: Millis;
}

/** An attempt as it really went. */
export interface TrueAttempt {
  readonly repository: string;
  readonly runId: number;
  readonly attempt: number;
  readonly workflow: string;
  readonly event: string;
  readonly branch: string;
  readonly conclusion: string;
  readonly startedAt: Millis;
  readonly completedAt: Millis;
  readonly jobs: readonly TrueJob[];
}

const seconds = (most: number) => fc.integer({ min: 0, max: most }).map((value) => value * 1000);

const job = fc.record({
  label: fc.constantFrom("runner-cpu", "runner-gpu", "ubuntu-latest"),
  delay: seconds(60),
  queue: seconds(900),
  run: seconds(3_600),
  started: fc.boolean(),
});

const attempt = fc.record({
  repository: fc.constantFrom("acme/api", "acme/web"),
  workflow: fc.constantFrom("ci.yml", "deploy.yml"),
  event: fc.constantFrom("push", "pull_request", "watch"),
  branch: fc.constantFrom("main", "feature/one"),
  conclusion: fc.constantFrom("success", "failure", "cancelled", "timed_out", "skipped"),
  begin: seconds(20 * 3600),
  tail: seconds(20),
  jobs: fc.array(job, { maxLength: 3 }),
});

/** Attempts of runs; every third one is a re-run of the one before it. */
export const worlds: fc.Arbitrary<readonly TrueAttempt[]> = fc
  .array(attempt, { minLength: 1, maxLength: 12 })
  .map((drawn) =>
    drawn.map((each, index) => {
      const rerun = index % 3 === 2;
      // a run keeps repository and workflow in each attempt
      const first = drawn[rerun ? index - 1 : index] ?? each;
      const startedAt = epoch + each.begin + (rerun ? 30 * hour : 0);
      const jobs = each.jobs.map(({ label, delay, queue, run, started }, number): TrueJob => {
        const createdAt = startedAt + delay;
        return {
          jobId: index * 10 + number + 1,
          labels: ["self-hosted", label],
          createdAt,
          startedAt: started ? createdAt + queue : null,
          completedAt: createdAt + queue + run,
        };
      });
      return {
        repository: first.repository,
        workflow: first.workflow,
        event: first.event,
        branch: first.branch,
        runId: rerun ? index : index + 1,
        attempt: rerun ? 2 : 1,
        conclusion: each.conclusion,
        startedAt,
        completedAt: Math.max(startedAt, ...jobs.map(({ completedAt }) => completedAt)) + each.tail,
        jobs,
      };
    }),
  );

/** What GitHub tells of an attempt, in the order in which it happens. */
export function factsOf(truth: TrueAttempt): Fact[] {
  const { repository, runId, attempt, jobs } = truth;
  const id = { repository, runId, attempt };
  const run = (status: RunFact["status"], updatedAt: Millis): RunFact => ({
    kind: "run",
    ...id,
    workflow: truth.workflow,
    event: truth.event,
    branch: truth.branch,
    status,
    conclusion: status === "completed" ? truth.conclusion : null,
    startedAt: truth.startedAt,
    updatedAt,
  });
  const jobFacts = jobs.flatMap((job): JobFact[] => {
    const base = { kind: "job" as const, ...id, jobId: job.jobId, labels: job.labels, createdAt: job.createdAt };
    const queued: JobFact = { ...base, status: "queued", conclusion: null, startedAt: null, completedAt: null };
    const completed: JobFact = {
      ...base,
      status: "completed",
      conclusion: "success",
      startedAt: job.startedAt,
      completedAt: job.completedAt,
    };
    if (job.startedAt === null) return [queued, completed];
    return [queued, { ...queued, status: "in_progress", startedAt: job.startedAt }, completed];
  });
  return [run("queued", truth.startedAt), run("in_progress", truth.startedAt), ...jobFacts, ...endOf(truth)];
}

/** What a look at the run after its end tells: all of it. */
export function endOf(truth: TrueAttempt): Fact[] {
  const { repository, runId, attempt, jobs } = truth;
  const id = { repository, runId, attempt };
  return [
    {
      kind: "run",
      ...id,
      workflow: truth.workflow,
      event: truth.event,
      branch: truth.branch,
      status: "completed",
      conclusion: truth.conclusion,
      startedAt: truth.startedAt,
      updatedAt: truth.completedAt,
    },
    ...jobs.map((job): JobFact => ({
      kind: "job",
      ...id,
      jobId: job.jobId,
      status: "completed",
      conclusion: "success",
      labels: job.labels,
      createdAt: job.createdAt,
      startedAt: job.startedAt,
      completedAt: job.completedAt,
    })),
    { kind: "jobs", ...id, jobIds: jobs.map(({ jobId }) => jobId) },
  ];
}
