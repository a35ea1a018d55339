import { normalNumber, randomNumbers } from "../random";
import type { ActionsModel } from "./model";
import type { JobSpec, RunSpec } from "./specs";
import type { Attempt, Conclusion, Job, Millis, Run, Runner } from "./types";

export interface LoadOptions {
  /** @default acme */
  readonly organization?: string;
  readonly repositories: number;
  /** Workflows of each repository. @default 3 */
  readonly workflows?: number;
  /** Of all repositories together; 0 leaves them idle. @default 4 */
  readonly runsPerMinute?: number;
  /** @default 4 */
  readonly jobsPerRun?: number;
  /** Median of the time for which a runner is busy with a job. @default 300 */
  readonly jobSeconds?: number;
  /** Median of the time that a job waits for a runner. @default 15 */
  readonly queueSeconds?: number;
  /** What jobs ask for; each of a run asks for one of these. @default runner-cpu, runner-base, runner-gpu */
  readonly labels?: readonly string[];
  /** Labels for which there are no runners: their jobs wait for good. @default none */
  readonly starved?: readonly string[];
  /** Share of jobs that fail. @default 0.03 */
  readonly failureRate?: number;
  /** Share of jobs that are cancelled before a runner has them. @default 0.01 */
  readonly cancelRate?: number;
  /** Share of runs that are run again after their end. @default 0.05 */
  readonly rerunRate?: number;
  /** Completed runs of each repository in the day before. @default 0 */
  readonly history?: number;
  /** Steps of a job, which make up most of its size on the wire. @default 12 */
  readonly steps?: number;
  /** The same seed gives the same runs. @default 1 */
  readonly seed?: number;
}

const defaults = {
  organization: "acme",
  workflows: 3,
  runsPerMinute: 4,
  jobsPerRun: 4,
  jobSeconds: 300,
  queueSeconds: 15,
  labels: ["runner-cpu", "runner-base", "runner-gpu"],
  starved: [],
  failureRate: 0.03,
  cancelRate: 0.01,
  rerunRate: 0.05,
  history: 0,
  steps: 12,
  seed: 1,
};

/** Durations follow a log-normal distribution, as those of real jobs do. */
const sigma = 0.6;
const minute = 60_000;
const day = 86_400_000;

/** Lets an organisation work: runs begin at random times, wait, run, fail now and then, and are run again. */
export class Load {
  private readonly options: Required<LoadOptions>;
  private readonly random: () => number;
  private runners = 0;
  private stopped = false;

  /** Declares the repositories, with their history. */
  constructor(
    private readonly model: ActionsModel,
    options: LoadOptions,
  ) {
    this.options = { ...defaults, ...options };
    this.random = randomNumbers(this.options.seed);
    const now = model.clock.now();
    for (let index = 0; index < this.options.repositories; index += 1) {
      const fullName = this.repository(index);
      model.addRepository(fullName);
      const times = Array.from({ length: this.options.history }, () => now - day + this.random() * (day - minute));
      for (const at of times.sort((left, right) => left - right)) this.past(fullName, Math.round(at), now);
    }
  }

  /** Begins to start runs, the first one after a while. */
  start(): void {
    const { runsPerMinute } = this.options;
    if (runsPerMinute <= 0) return;
    // Exponential gaps make a Poisson process.
    this.model.clock.after((-Math.log(1 - this.random()) / runsPerMinute) * minute, () => {
      if (this.stopped) return;
      this.startRun();
      this.start();
    });
  }

  /** Starts no further runs; those that run go on to their end. */
  stop(): void {
    this.stopped = true;
  }

  /** Starts a run of some workflow in some repository. */
  startRun(): Run {
    const run = this.model.startRun(this.spec(this.repository(this.below(this.options.repositories))));
    for (const job of run.attempts[0]?.jobs ?? []) this.drive(run, job);
    return run;
  }

  private repository(index: number): string {
    return `${this.options.organization}/repository-${index + 1}`;
  }

  private spec(repository: string): RunSpec {
    const { workflows, labels, jobsPerRun, steps } = this.options;
    const name = `workflow-${this.below(workflows) + 1}`;
    const pullRequest = this.random() < 0.6;
    const jobs = Array.from({ length: jobsPerRun }, (): JobSpec => ({
      labels: ["self-hosted", labels[this.below(labels.length)] ?? "any"],
      steps,
    }));
    return {
      repository,
      workflow: `.github/workflows/${name}.yml`,
      event: pullRequest ? "pull_request" : "push",
      branch: pullRequest ? `feature/${this.below(50)}` : "main",
      jobs,
    };
  }

  private drive(run: Run, job: Job): void {
    const { starved, cancelRate } = this.options;
    // Drawn before anything is decided, so that starving a label leaves all others as they were.
    const [wait, busy, conclusion] = [this.waitMillis(), this.busyMillis(), this.conclusion()];
    const cancelled = this.random() < cancelRate;
    const { clock } = this.model;
    if (job.labels.some((label) => starved.includes(label))) return;
    clock.after(wait, () => {
      if (cancelled) {
        this.end(run, job, "cancelled");
        return;
      }
      this.model.startJob(job.id, this.runner(job));
      clock.after(busy, () => this.end(run, job, conclusion));
    });
  }

  private end(run: Run, job: Job, conclusion: Conclusion): void {
    this.model.endJob(job.id, conclusion);
    const attempt = run.attempts.at(-1);
    if (attempt?.status !== "completed" || this.random() >= this.options.rerunRate) return;
    this.model.clock.after((1 + 4 * this.random()) * minute, () => {
      if (this.stopped) return;
      for (const again of this.model.rerun(run).jobs) this.drive(run, again);
    });
  }

  /** A run that was over before anybody looked. */
  private past(repository: string, at: Millis, now: Millis): void {
    const run = this.model.startRun(this.spec(repository), at);
    const [attempt] = run.attempts as [Attempt];
    const ends = attempt.jobs.map((job) => {
      const began = Math.min(now - 2, at + this.waitMillis());
      this.model.startJob(job.id, this.runner(job), began);
      return { job, end: Math.min(now - 1, began + this.busyMillis()) };
    });
    for (const { job, end } of ends.sort((left, right) => left.end - right.end)) {
      this.model.endJob(job.id, this.conclusion(), end);
    }
  }

  private runner({ labels }: Job): Runner {
    this.runners += 1;
    return { id: this.runners, name: `${labels.at(-1) ?? "runner"}-${this.runners}`, groupId: 1, groupName: "Default" };
  }

  private waitMillis(): Millis {
    return this.spread(this.options.queueSeconds);
  }

  private busyMillis(): Millis {
    return this.spread(this.options.jobSeconds);
  }

  private conclusion(): Conclusion {
    return this.random() < this.options.failureRate ? "failure" : "success";
  }

  private spread(medianSeconds: number): Millis {
    return Math.round(medianSeconds * Math.exp(sigma * normalNumber(this.random)) * 1000);
  }

  private below(count: number): number {
    return Math.floor(this.random() * count);
  }
}
