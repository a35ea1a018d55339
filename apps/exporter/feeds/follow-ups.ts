import * as z from "zod/mini";

import { type Attempt, keyOf, waitingJobs } from "../core/attempts";
import type { Fact, Millis } from "../core/facts";
import type { Fetched, Request, Tag } from "../github/client";
import type { Clock } from "../github/clock";
import { type JobObject, jobFact, jobSchema, jobsFacts, runFact, runSchema } from "./payloads";

export interface FollowUpOptions {
  readonly client: { fetch(request: Request): Promise<Fetched> };
  readonly clock: Clock;
  readonly deliver: (facts: readonly Fact[]) => number;
  /** How long after a run's end its jobs are asked for: pushed news of them gets time to come first. */
  readonly confirmAfterMs: number;
  /** How often the jobs of a run are asked for that has waiting ones, and after how long those of a run that has not begun. */
  readonly openJobsMs: number;
  /** A run that is not over and of which nothing was heard for so long is looked up. */
  readonly silentMs: number;
}

interface FollowUp {
  busy: boolean;
  nextAt: Millis;
  silentAt: Millis;
  tag?: Tag;
}

const page = z.object({ total_count: z.number(), jobs: z.array(z.unknown()) });
const retryMs = 10_000;
/** A run under way may have jobs that wait beside those that run; after that long it is looked into once. */
const longRunMs = 600_000;

/**
 * Looks at runs that the lists of runs do not tell all about: the jobs of those that are over, once; those of runs that wait for a runner;
 * and runs of which nothing is heard any more.
 */
export class FollowUps {
  private readonly known = new Map<string, FollowUp>();

  public constructor(private readonly options: FollowUpOptions) {}

  /** Sends what is due, for attempts of repositories that are watched. To be called often. */
  public tick(open: Iterable<Attempt>): void {
    const now = this.options.clock.now();
    const seen = new Set<string>();
    for (const attempt of open) {
      const key = keyOf(attempt.id);
      seen.add(key);
      const followUp = this.of(key, now);
      if (followUp.busy) continue;
      const due = this.due(attempt, followUp, now);
      if (due === undefined) continue;
      followUp.busy = true;
      void due().finally(() => {
        followUp.busy = false;
      });
    }
    for (const key of this.known.keys()) if (!seen.has(key)) this.known.delete(key);
  }

  /** Something was heard of the attempt. */
  public heard(key: string): void {
    const known = this.known.get(key);
    if (known) known.silentAt = this.options.clock.now() + this.options.silentMs;
  }

  private of(key: string, now: Millis): FollowUp {
    const known = this.known.get(key) ?? { busy: false, nextAt: 0, silentAt: now + this.options.silentMs };
    this.known.set(key, known);
    return known;
  }

  private due(attempt: Attempt, followUp: FollowUp, now: Millis): (() => Promise<void>) | undefined {
    const { run, jobIds } = attempt;
    if (now < followUp.nextAt) return undefined;
    if (run?.status === "completed") {
      if (jobIds !== undefined) return undefined;
      // The end was on GitHub's clock, which may differ from ours by seconds; that only moves the look at the jobs.
      return now < run.updatedAt + this.options.confirmAfterMs ? undefined : () => this.confirm(attempt, followUp);
    }
    if (now >= followUp.silentAt) return () => this.lookUp(attempt, followUp);
    return this.mayWait(attempt, now) ? () => this.lookAtJobs(attempt, followUp) : undefined;
  }

  /** Whether a job waits, or might: each look is a request, and most runs have runners for all of their jobs before long. */
  private mayWait(attempt: Attempt, now: Millis): boolean {
    const { run, jobs } = attempt;
    if (jobs.size > 0) return waitingJobs(attempt).length > 0;
    if (run === undefined) return false;
    return now >= run.startedAt + (run.status === "queued" ? this.options.openJobsMs : longRunMs);
  }

  /** All jobs of a run that is over. GitHub may say that a run is over before it says so of its last job. */
  private async confirm(attempt: Attempt, followUp: FollowUp): Promise<void> {
    const jobs = await this.fetchJobs(attempt, "jobs", followUp);
    const { clock, deliver } = this.options;
    followUp.nextAt = clock.now() + retryMs;
    if (jobs === undefined || jobs === "unchanged") return;
    if (jobs.every(({ status }) => status === "completed")) deliver(jobsFacts(attempt.id, jobs));
    else deliver(jobs.flatMap((job) => jobFact(attempt.id.repository, job) ?? []));
  }

  private async lookAtJobs(attempt: Attempt, followUp: FollowUp): Promise<void> {
    const jobs = await this.fetchJobs(attempt, "active", followUp);
    const { clock, deliver, openJobsMs } = this.options;
    followUp.nextAt = clock.now() + openJobsMs;
    if (jobs === undefined || jobs === "unchanged") return;
    deliver(jobs.flatMap((job) => jobFact(attempt.id.repository, job) ?? []));
  }

  private async lookUp({ id }: Attempt, followUp: FollowUp): Promise<void> {
    const { client, clock, deliver, silentMs } = this.options;
    const path = `/repos/${id.repository}/actions/runs/${id.runId}/attempts/${id.attempt}?exclude_pull_requests=true`;
    const fetched = await client.fetch({ endpoint: "run", lane: "sweep", path });
    followUp.silentAt = clock.now() + silentMs;
    if (fetched.kind === "gone") deliver([{ kind: "deleted", ...id }]);
    if (fetched.kind !== "changed") return;
    const run = runSchema.safeParse(fetched.body);
    if (run.success) deliver([runFact(id.repository, run.data)]);
  }

  private async fetchJobs(
    { id }: Attempt,
    lane: "jobs" | "active",
    followUp: FollowUp,
  ): Promise<JobObject[] | "unchanged" | undefined> {
    const { client, deliver } = this.options;
    const jobs: JobObject[] = [];
    let path: string | undefined =
      `/repos/${id.repository}/actions/runs/${id.runId}/attempts/${id.attempt}/jobs?per_page=100`;
    for (let count = 0; path !== undefined; count += 1) {
      const tag = count === 0 && lane === "active" && followUp.tag !== undefined ? { tag: followUp.tag } : {};
      const fetched = await client.fetch({ endpoint: "jobs", lane, path, ...tag });
      if (fetched.kind === "unchanged") return "unchanged";
      if (fetched.kind === "gone") deliver([{ kind: "deleted", ...id }]);
      if (fetched.kind !== "changed") return undefined;
      const read = page.safeParse(fetched.body);
      if (!read.success) return undefined;
      for (const job of read.data.jobs) {
        const parsed = jobSchema.safeParse(job);
        if (!parsed.success) return undefined;
        jobs.push({ ...parsed.data, run_attempt: id.attempt });
      }
      // Of several pages, one without a change says nothing of the others.
      if (count === 0 && fetched.next === undefined && fetched.tag !== undefined) followUp.tag = fetched.tag;
      path = fetched.next;
    }
    return jobs;
  }
}
