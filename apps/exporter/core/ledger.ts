import { addToAttempt, type Attempt, began, confirmedEnd, keyOf, lastKnownEnd, newAttempt } from "./attempts";
import type { AttemptId, Fact, JobFact, JobsFact, Millis, RunFact } from "./facts";
import { branchClassifier, eventClass, runnerLabeller } from "./labels";
import type { LedgerOptions } from "./ledger-options";
import type { JobRecord, RunRecord } from "./merge";
import * as names from "./names";
import { verdictOf } from "./outcomes";
import { QueueTimes } from "./queue-times";
import { Series } from "./series";
import type { LedgerState } from "./state";
import { Workflows } from "./workflows";

/**
 * The exporter's memory. Facts go in by {@link apply}; {@link advance} lets time pass and turns what is known for good into counters, each
 * thing once. It reads no clock and no network, so what it says follows from the facts and times given.
 */
export class Ledger {
  public readonly series: Series;
  public readonly workflows: Workflows;
  public readonly queueTimes: QueueTimes;
  private readonly attempts = new Map<string, Attempt>();
  /** Settled attempts by key, with the time when they began. */
  private readonly settled: Map<string, Millis>;
  private readonly defaultBranches: Map<string, string>;
  private readonly countFrom: Millis;
  private readonly branchClassOf;
  private readonly runnerLabelOf;
  private now: Millis;

  /**
   * @param start when an exporter with this memory was first started, if there is no state: runs that were over by then are not counted,
   * because nobody saw their number grow.
   */
  public constructor(
    private readonly options: LedgerOptions,
    start: Millis,
    state?: LedgerState,
  ) {
    this.countFrom = state?.countFrom ?? start;
    this.now = state?.now ?? start;
    this.series = new Series(options.mostSeries, state?.series);
    this.workflows = new Workflows(options.rateWindowMs, state?.workflows);
    this.queueTimes = new QueueTimes(options, state?.queueTimes);
    this.settled = new Map(state?.settled);
    this.defaultBranches = new Map(state?.defaultBranches);
    for (const { jobs, observed, ...attempt } of state?.attempts ?? []) {
      this.attempts.set(keyOf(attempt.id), { ...attempt, jobs: new Map(jobs), observed: new Set(observed) });
    }
    this.branchClassOf = branchClassifier(options.labels);
    this.runnerLabelOf = runnerLabeller(options.labels);
  }

  /** Returns whether the fact says anything that has to be remembered. */
  public apply(fact: Fact): boolean {
    switch (fact.kind) {
      case "repository":
        if (this.defaultBranches.get(fact.repository) === fact.defaultBranch) return false;
        this.defaultBranches.set(fact.repository, fact.defaultBranch);
        return true;
      case "gone":
        return this.forget(fact.repository);
      case "deleted":
        return this.attempts.delete(keyOf(fact));
      default:
        return this.learn(fact);
    }
  }

  /** Lets time pass; it never goes backwards. */
  public advance(now: Millis): void {
    this.now = Math.max(this.now, now);
    for (const [key, attempt] of this.attempts) {
      if (this.digest(attempt)) {
        this.attempts.delete(key);
        this.settled.set(key, began(attempt));
      } else if (began(attempt) < this.now - this.options.longestRunMs) this.attempts.delete(key);
    }
    for (const [key, start] of this.settled) if (start < this.horizon()) this.settled.delete(key);
    this.queueTimes.prune(this.now);
    for (const { repository, workflow } of this.workflows.expire(this.now - this.options.expireMs)) {
      this.series.remove((labels) => labels["repo"] === repository && labels["workflow"] === workflow);
    }
  }

  /** Attempts that are not settled, for gauges and for a feed that looks what became of them. */
  public open(): Iterable<Attempt> {
    return this.attempts.values();
  }

  public time(): Millis {
    return this.now;
  }

  /** Also makes the label known, as far as there is room for it. */
  public runnerLabel(job: Pick<JobRecord, "labels">): string {
    return this.queueTimes.labelled(this.runnerLabelOf(job.labels));
  }

  public state(): LedgerState {
    return {
      version: 1,
      countFrom: this.countFrom,
      now: this.now,
      series: this.series.state(),
      workflows: this.workflows.state(),
      queueTimes: this.queueTimes.state(),
      settled: [...this.settled],
      defaultBranches: [...this.defaultBranches],
      attempts: [...this.attempts.values()].map(({ jobs, observed, ...attempt }) => ({
        ...attempt,
        jobs: [...jobs],
        observed: [...observed],
      })),
    };
  }

  private learn(fact: RunFact | JobFact | JobsFact): boolean {
    const key = keyOf(fact);
    if (this.settled.has(key)) return false;
    const known = this.attempts.get(key);
    if (known === undefined && this.isTooOld(fact)) {
      // History, read from a list of runs: it tells how a workflow has been doing, but was counted when it happened or never.
      return fact.kind === "run" && fact.status === "completed" && this.remember(fact);
    }
    const attempt = known ?? newAttempt(fact);
    this.attempts.set(key, attempt);
    return addToAttempt(attempt, fact);
  }

  /** Too old to be told from an attempt that was settled and forgotten. */
  private isTooOld(fact: RunFact | JobFact | JobsFact): boolean {
    switch (fact.kind) {
      case "run":
        return fact.startedAt < this.horizon();
      case "job":
        return fact.createdAt < this.horizon();
      case "jobs":
        // It says nothing without its attempt.
        return true;
    }
  }

  private horizon(): Millis {
    return this.now - this.options.keepMs;
  }

  /** Counts what is known for good and not counted yet. Returns whether nothing more can come. */
  private digest(attempt: Attempt): boolean {
    for (const [id, job] of attempt.jobs) if (!attempt.observed.has(id)) this.digestJob(attempt, id, job);
    const { run } = attempt;
    if (run?.status !== "completed") return false;
    if (attempt.countedAt === undefined) {
      attempt.countedAt = this.now;
      this.remember({ ...attempt.id, ...run });
      this.count(attempt, run);
    }
    const late = attempt.countedAt + this.options.settleMs <= this.now;
    const end = confirmedEnd(attempt) ?? (late ? (lastKnownEnd(attempt) ?? run.updatedAt) : undefined);
    if (end === undefined || !this.allObserved(attempt)) return false;
    this.settle(attempt, run, end);
    return true;
  }

  private digestJob(attempt: Attempt, id: number, job: JobRecord): void {
    if (job.startedAt === null || job.startedAt + this.options.reorderMs > this.now) return;
    attempt.observed.add(id);
    if (job.startedAt < this.countFrom || job.waited || job.labels.length === 0) return;
    const seconds = (job.startedAt - job.createdAt) / 1000;
    const runnerLabel = this.runnerLabel(job);
    if (seconds < 0) this.series.count(names.negativeQueueTimes, {});
    const clamped = Math.max(0, seconds);
    this.series.observe(names.queueTime, names.queueBuckets, { runner_label: runnerLabel }, clamped);
    this.queueTimes.add(runnerLabel, { at: job.startedAt, seconds: clamped });
  }

  private allObserved({ jobs, observed }: Attempt): boolean {
    return [...jobs].every(([id, { startedAt }]) => startedAt === null || observed.has(id));
  }

  private remember(run: AttemptId & RunRecord): boolean {
    // A list of runs brings those of a workflow that has expired again and again.
    if (run.updatedAt < this.now - this.options.expireMs) return false;
    const name = { repository: run.repository, workflow: run.workflow };
    this.workflows.ran(name, run.updatedAt);
    const verdict = verdictOf(run.conclusion);
    if (verdict === "undecided") return false;
    const branchClass = this.branchClassOf(run.branch, this.defaultBranches.get(run.repository));
    return this.workflows.add(name, branchClass, {
      at: run.updatedAt,
      runId: run.runId,
      attempt: run.attempt,
      bad: verdict === "bad",
    });
  }

  private count({ id }: Attempt, run: RunRecord): void {
    if (run.updatedAt < this.countFrom) return;
    const labels = { repo: id.repository, workflow: run.workflow };
    const conclusion = run.conclusion ?? "none";
    this.series.count(names.runsTotal, { ...labels, event: eventClass(run.event), conclusion });
    const branchClass = this.branchClassOf(run.branch, this.defaultBranches.get(id.repository));
    this.series.count(names.runsByBranchTotal, { ...labels, branch_class: branchClass });
  }

  private settle(attempt: Attempt, run: RunRecord, end: Millis): void {
    if (run.updatedAt < this.countFrom) return;
    const labels = { repo: attempt.id.repository, workflow: run.workflow };
    if (confirmedEnd(attempt) === undefined) this.series.count(names.unconfirmedRuns, {});
    const seconds = Math.max(0, (end - run.startedAt) / 1000);
    this.series.observe(names.runDuration, names.durationBuckets, labels, seconds);
  }

  private forget(repository: string): boolean {
    const known = this.defaultBranches.has(repository) || this.workflows.has(repository);
    for (const [key, { id }] of this.attempts) if (id.repository === repository) this.attempts.delete(key);
    this.defaultBranches.delete(repository);
    this.workflows.forget(repository);
    this.series.remove(({ repo }) => repo === repository);
    return known;
  }
}
