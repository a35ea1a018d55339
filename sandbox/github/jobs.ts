import { setTimeout as sleep } from "node:timers/promises";
import type { AdminJob, AdminLedgerJob, GitHubAdminClient, QueueRequest } from "./client";

export interface JobsOptions extends QueueRequest {
  /** Gives up following, not the jobs, after so long. @default 600 plus the run time of all jobs one after the other */
  readonly timeoutSeconds?: number;
  /** @default 500 */
  readonly intervalMillis?: number;
  readonly signal?: AbortSignal;
}

/** How many jobs of the batch are where. */
export interface JobsProgress {
  readonly total: number;
  /** Not assigned to the scale set yet: its name is unknown, or its listener has not acquired them. */
  readonly waiting: number;
  /** Assigned, waiting for a runner. */
  readonly assigned: number;
  readonly running: number;
  readonly completed: number;
  readonly elapsedSeconds: number;
}

/** Of a set of durations, in seconds. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface JobsReport {
  readonly scaleSet: string;
  readonly batch: string;
  readonly count: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly canceled: number;
  /** Not completed when following ended. */
  readonly unfinished: number;
  /** Jobs that were begun more than once; anything but 0 is a fault. */
  readonly repeated: number;
  /** Times a job went back into the line because its runner was lost before it began. */
  readonly requeued: number;
  /** From queued to started, over the jobs that started. Absent when none did. */
  readonly waitSeconds?: Spread;
  /** From the first queued to the last completed. */
  readonly totalSeconds: number;
  /** Why jobs did not succeed, each reason once. */
  readonly reasons: readonly string[];
}

/** Queues jobs, follows them until all are completed, and sums up. */
export async function runJobs(
  client: GitHubAdminClient,
  options: JobsOptions,
  onProgress: (progress: JobsProgress) => void = () => undefined,
): Promise<JobsReport> {
  const { scaleSet, count, seconds, exitCode, outcome, container, services } = options;
  const { repository, workflow, event, branch } = options;
  const origin = { repository, workflow, event, branch };
  const wanted = { scaleSet, count, seconds, exitCode, outcome, ...origin, container, services };
  const { batch } = await client.queueJobs(wanted);
  for await (const progress of followJobs(client, batch, options)) onProgress(progress);
  return summarizeJobs(await client.ledger({ batch }));
}

/** Yields the counts whenever they change, and last when all jobs are completed or the time is over. */
export async function* followJobs(
  client: GitHubAdminClient,
  batch: string,
  options: Pick<JobsOptions, "timeoutSeconds" | "intervalMillis" | "signal" | "count" | "seconds"> = {},
): AsyncGenerator<JobsProgress, void> {
  const began = Date.now();
  const timeout = options.timeoutSeconds ?? 600 + (options.count ?? 1) * (options.seconds ?? 0);
  let former = "";
  for (;;) {
    const counts = countJobs(await client.jobs({ batch }));
    const elapsedSeconds = (Date.now() - began) / 1000;
    const over = counts.completed === counts.total || elapsedSeconds > timeout || options.signal?.aborted === true;
    if (over || JSON.stringify(counts) !== former) yield { ...counts, elapsedSeconds };
    if (over) return;
    former = JSON.stringify(counts);
    await sleep(options.intervalMillis ?? 500);
  }
}

export function countJobs(jobs: readonly AdminJob[]): Omit<JobsProgress, "elapsedSeconds"> {
  const among = (...states: AdminJob["state"][]) => jobs.filter((job) => states.includes(job.state)).length;
  return {
    total: jobs.length,
    waiting: among("queued", "available"),
    assigned: among("assigned", "runnerAssigned"),
    running: among("started"),
    completed: among("completed"),
  };
}

/** The figures of one batch, from its ledger. */
export function summarizeJobs(jobs: readonly AdminLedgerJob[]): JobsReport {
  const ended = (result: AdminJob["result"]) => jobs.filter((job) => job.result === result).length;
  const waits = jobs.flatMap((job) => (job.startedAt === undefined ? [] : [(job.startedAt - job.queuedAt) / 1000]));
  const first = jobs.reduce((least, job) => Math.min(least, job.queuedAt), Number.POSITIVE_INFINITY);
  const last = jobs.reduce((most, job) => Math.max(most, job.finishedAt ?? job.startedAt ?? job.queuedAt), 0);
  return {
    scaleSet: jobs[0]?.scaleSet ?? "",
    batch: jobs[0]?.batch ?? "",
    count: jobs.length,
    succeeded: ended("succeeded"),
    failed: ended("failed"),
    canceled: ended("canceled"),
    unfinished: jobs.filter((job) => job.state !== "completed").length,
    repeated: jobs.filter((job) => job.starts > 1).length,
    requeued: jobs.flatMap((job) => job.transitions).filter((transition) => transition.name === "requeued").length,
    ...(waits.length === 0 ? {} : { waitSeconds: spread(waits) }),
    totalSeconds: jobs.length === 0 ? 0 : (last - first) / 1000,
    reasons: [...new Set(jobs.flatMap((job) => (job.reason === undefined ? [] : [job.reason])))],
  };
}

/** Percentiles by nearest rank: each is a value that occurred. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** The report for people. */
export function formatJobsReport(report: JobsReport): string {
  const { waitSeconds: wait } = report;
  const others = [
    [report.failed, "failed"],
    [report.canceled, "canceled"],
    [report.unfinished, "not finished"],
    [report.repeated, "STARTED TWICE"],
    [report.requeued, "given to another runner"],
  ] as const;
  const remarks = others.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
  return [
    `${report.count} jobs for ${report.scaleSet}: ${report.succeeded} succeeded${remarks.join("")}`,
    wait
      ? `wait  p50 ${seconds(wait.p50)}  p95 ${seconds(wait.p95)}  max ${seconds(wait.max)}`
      : "wait  no job was started",
    `total ${seconds(report.totalSeconds)}`,
    ...report.reasons.map((reason) => `why   ${reason}`),
  ].join("\n");
}

/** The progress in one line, for people; lines below one another align. */
export function formatJobsProgress({
  waiting,
  assigned,
  running,
  completed,
  total,
  elapsedSeconds,
}: JobsProgress): string {
  const column = (value: number) => String(value).padStart(3);
  return (
    `${elapsedSeconds.toFixed(1).padStart(6)} s  waiting ${column(waiting)}  assigned ${column(assigned)}  ` +
    `running ${column(running)}  completed ${completed}/${total}`
  );
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
