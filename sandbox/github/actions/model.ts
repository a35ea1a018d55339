import { createHash } from "node:crypto";
import type { Clock } from "./clock";
import { Registry, type RepositoryChange } from "./registry";
import type { JobSpec, Place, RunSpec } from "./specs";
import { endOf, statusOf } from "./status";
import type {
  Attempt,
  Conclusion,
  Job,
  JobAction,
  Millis,
  Repository,
  Run,
  RunAction,
  Runner,
  Transition,
} from "./types";

/**
 * What happens in GitHub Actions, step by step: no network, no randomness. Each step takes the time at which it happens, by default now;
 * steps that cannot happen are refused. Whoever wants to know is told of each.
 */
export class ActionsModel {
  readonly registry: Registry;
  private readonly runs = new Map<number, Run>();
  private readonly byRepository = new Map<string, Run[]>();
  private readonly jobs = new Map<number, Place>();
  private readonly open = new Set<Attempt>();
  private readonly listeners: ((transition: Transition) => void)[] = [];
  private nextRun: number;
  private nextJob: number;

  /** @param firstId of runs and jobs; GitHub's have eleven digits today */
  constructor(
    readonly clock: Clock,
    firstId = 1,
  ) {
    this.registry = new Registry(clock);
    this.nextRun = firstId;
    this.nextJob = firstId;
  }

  onTransition(listener: (transition: Transition) => void): void {
    this.listeners.push(listener);
  }

  addRepository(fullName: string, settings: RepositoryChange = {}): Repository {
    return this.registry.declare(fullName, settings);
  }

  /** Takes a repository out, and its runs with it. */
  removeRepository(fullName: string): void {
    for (const run of this.runsOf(fullName)) {
      this.runs.delete(run.id);
      for (const { jobs } of run.attempts) for (const { id } of jobs) this.jobs.delete(id);
    }
    this.byRepository.delete(fullName.toLowerCase());
    this.registry.remove(fullName);
  }

  run(id: number): Run | undefined {
    return this.runs.get(id);
  }

  job(id: number): Place | undefined {
    return this.jobs.get(id);
  }

  /** The runs of a repository, oldest first. */
  runsOf(fullName: string): readonly Run[] {
    return this.byRepository.get(fullName.toLowerCase()) ?? [];
  }

  allRuns(): Iterable<Run> {
    return this.runs.values();
  }

  startRun(spec: RunSpec, at: Millis = this.clock.now()): Run {
    const repository = this.registry.declare(spec.repository, {}, at);
    const workflow = this.registry.workflow(repository.fullName, spec.workflow, spec.workflowName, at);
    const id = spec.id ?? this.nextRun;
    if (this.runs.has(id)) throw new Error(`run ${id} exists already`);
    this.nextRun = Math.max(this.nextRun, id) + 1;
    const run: Run = {
      id,
      repository: repository.fullName,
      workflow,
      runNumber: this.registry.nextRunNumber(workflow),
      event: spec.event ?? "push",
      branch: spec.branch === undefined ? repository.defaultBranch : spec.branch,
      headSha: createHash("sha1").update(`${repository.fullName}/${id}`).digest("hex"),
      title: spec.title ?? workflow.name,
      actor: spec.actor ?? "octocat",
      createdAt: at,
      attempts: [],
      version: 0,
    };
    this.runs.set(id, run);
    this.insert(run);
    if (run.event === "push") this.registry.pushed(repository.fullName, at);
    this.begin(run, spec.jobs, spec.open ?? false, at);
    return run;
  }

  /** Runs all jobs once more, or others. @param jobs by default those of the attempt before */
  rerun(run: Run, jobs?: readonly JobSpec[], at: Millis = this.clock.now()): Attempt {
    const former = newest(run);
    if (former.status !== "completed")
      throw new Error(`run ${run.id} is ${former.status}: only a completed one runs again`);
    const specs = jobs ?? former.jobs.map(({ name, labels, steps }) => ({ name, labels, steps }));
    return this.begin(run, specs, false, at);
  }

  /** A further job of the newest attempt, such as one that needed others. */
  addJob(run: Run, spec: JobSpec, at: Millis = this.clock.now()): Job {
    const attempt = newest(run);
    if (attempt.status === "completed") throw new Error(`run ${run.id} is completed: it gets no more jobs`);
    const id = spec.id ?? this.nextJob;
    if (this.jobs.has(id)) throw new Error(`job ${id} exists already`);
    this.nextJob = Math.max(this.nextJob, id) + 1;
    const job: Job = {
      id,
      runId: run.id,
      attempt: attempt.number,
      name: spec.name ?? `job ${attempt.jobs.length + 1}`,
      labels: spec.labels,
      steps: spec.steps ?? 0,
      createdAt: at,
      status: spec.waiting === true ? "waiting" : "queued",
      conclusion: null,
      startedAt: null,
      completedAt: null,
      runner: null,
    };
    attempt.jobs.push(job);
    this.jobs.set(id, { run, attempt, job });
    this.jobChanged(this.place(id), job.status, at);
    return job;
  }

  /** The environment lets a waiting job pass. */
  releaseJob(id: number, at: Millis = this.clock.now()): void {
    const place = this.expect(id, ["waiting"]);
    place.job.status = "queued";
    this.jobChanged(place, "queued", at);
  }

  startJob(id: number, runner: Runner, at: Millis = this.clock.now()): void {
    const place = this.expect(id, ["queued"]);
    Object.assign(place.job, { status: "in_progress", startedAt: at, runner } satisfies Partial<Job>);
    this.jobChanged(place, "in_progress", at);
  }

  /** Ends a job, also one that no runner ever had (skipped, cancelled). The last one ends the run. */
  endJob(id: number, conclusion: Conclusion, at: Millis = this.clock.now()): void {
    const place = this.expect(id, ["queued", "waiting", "in_progress"]);
    Object.assign(place.job, { status: "completed", conclusion, completedAt: at } satisfies Partial<Job>);
    this.jobChanged(place, "completed", at);
    const { run, attempt } = place;
    if (!this.open.has(attempt) && attempt.jobs.every(({ status }) => status === "completed"))
      this.endRun(run, undefined, at);
  }

  /** Ends a run whose jobs are all over. @param conclusion by default what its jobs say */
  endRun(run: Run, conclusion?: Conclusion, at: Millis = this.clock.now()): void {
    const attempt = newest(run);
    const left = attempt.jobs.find(({ status }) => status !== "completed");
    if (attempt.status === "completed") throw new Error(`run ${run.id} is completed already`);
    if (left) throw new Error(`run ${run.id} cannot end: its job ${left.id} is ${left.status}`);
    this.open.delete(attempt);
    Object.assign(attempt, { status: "completed", conclusion: conclusion ?? endOf(attempt.jobs) });
    // GitHub never says that a run is over which could not even begin.
    this.runChanged(run, attempt, "completed", at, attempt.conclusion === "startup_failure");
  }

  /** Cancels whatever is left of a run. */
  cancelRun(run: Run, at: Millis = this.clock.now()): void {
    const attempt = newest(run);
    for (const job of attempt.jobs) if (job.status !== "completed") this.endJob(job.id, "cancelled", at);
    // the last job may have ended it
    if (newest(run).conclusion === null) this.endRun(run, "cancelled", at);
  }

  private begin(run: Run, jobs: readonly JobSpec[], open: boolean, at: Millis): Attempt {
    const attempt: Attempt = {
      number: run.attempts.length + 1,
      startedAt: at,
      jobs: [],
      status: "queued",
      conclusion: null,
      updatedAt: at,
    };
    run.attempts.push(attempt);
    if (open) this.open.add(attempt);
    // "The requested activity type does not occur when a workflow is re-run", says GitHub's documentation of workflow_run.
    this.runChanged(run, attempt, "requested", at, attempt.number > 1);
    for (const spec of jobs) this.addJob(run, spec, at);
    return attempt;
  }

  private jobChanged({ run, attempt, job }: Place, action: JobAction, at: Millis): void {
    const former = attempt.status;
    attempt.status = statusOf(attempt.jobs, former);
    this.touch(run, attempt, at);
    if (former !== "in_progress" && attempt.status === "in_progress")
      this.runChanged(run, attempt, "in_progress", at, false);
    this.tell({ event: "workflow_job", action, at, run, attempt, job, silent: false });
  }

  private runChanged(run: Run, attempt: Attempt, action: RunAction, at: Millis, silent: boolean): void {
    this.touch(run, attempt, at);
    this.tell({ event: "workflow_run", action, at, run, attempt, silent });
  }

  private touch(run: Run, attempt: Attempt, at: Millis): void {
    attempt.updatedAt = Math.max(attempt.updatedAt, at);
    run.version += 1;
  }

  private tell(transition: Transition): void {
    for (const listener of this.listeners) listener(transition);
  }

  private place(id: number): Place {
    const place = this.jobs.get(id);
    if (!place) throw new Error(`there is no job ${id}`);
    return place;
  }

  private expect(id: number, allowed: readonly Job["status"][]): Place {
    const place = this.place(id);
    const { status } = place.job;
    if (!allowed.includes(status)) throw new Error(`job ${id} is ${status}, must be ${allowed.join(" or ")} for this`);
    return place;
  }

  /** Runs come in the order of their creation, with few exceptions. */
  private insert(run: Run): void {
    const key = run.repository.toLowerCase();
    const runs = this.byRepository.get(key) ?? [];
    const later = runs.findIndex(({ createdAt }) => createdAt > run.createdAt);
    if (later < 0) runs.push(run);
    else runs.splice(later, 0, run);
    this.byRepository.set(key, runs);
  }
}

export function newest(run: Run): Attempt {
  const attempt = run.attempts.at(-1);
  if (!attempt) throw new Error(`run ${run.id} has no attempt`);
  return attempt;
}
