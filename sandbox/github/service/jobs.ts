import { announce, record, type Context } from "./context";
import { jobNotCancellable, jobNotFound, runNotFound, runNotOver } from "./errors";
import type { Job, JobContainer, JobResult, Outcome, ScaleSet, ServiceContainer } from "./types";

export interface JobRequest {
  /** The one label of `runs-on`. Required without `runsOn`. */
  readonly scaleSet?: string;
  /** All labels of `runs-on`: a runner that registered itself and carries all of them may take the job. */
  readonly runsOn?: readonly string[];
  /** @default 1 */
  readonly count?: number;
  /** How long a runner is busy with each. @default 0 */
  readonly seconds?: number;
  /** Exit code of the job's last step; other than 0 the job fails. @default 0 */
  readonly exitCode?: number;
  /** @default "success", or "failure" when `exitCode` is not 0 */
  readonly outcome?: Outcome;
  /** @default the first organisation's `sandbox` repository */
  readonly repository?: string;
  /** Path of the workflow's file. @default .github/workflows/sandbox.yaml */
  readonly workflow?: string;
  /** What started the workflow. @default workflow_dispatch */
  readonly event?: string;
  /** @default main */
  readonly branch?: string;
  /** The container to run the job in. Runners without container hooks pass over it. @default none */
  readonly container?: JobContainer;
  /** Containers beside it. @default none */
  readonly services?: readonly ServiceContainer[];
}

/** Jobs and where they wait. A job moves: queued, available, assigned, runnerAssigned, started, completed. */
export class Jobs {
  constructor(
    private readonly context: Context,
    private readonly owner: string,
  ) {}

  /** Queues jobs as a push to a repository would. Jobs for a set that does not exist (yet) wait for it, as with GitHub. */
  queue(request: JobRequest): Job[] {
    const { state, ids, now } = this.context;
    const batch = ids.uuid();
    const workflowRunId = state.next("workflowRun");
    const exitCode = request.exitCode ?? (request.outcome === "failure" ? 1 : 0);
    const jobs = Array.from({ length: request.count ?? 1 }, (_, index): Job => {
      const id = state.next("job");
      return {
        id,
        jobId: ids.uuid(),
        batch,
        scaleSetName: request.scaleSet ?? request.runsOn?.join(",") ?? "",
        ...(request.runsOn && { runsOn: request.runsOn }),
        displayName: `job ${index + 1}`,
        workflowRunId,
        owner: this.owner,
        repository: request.repository ?? "sandbox",
        ...(request.workflow !== undefined && { workflow: request.workflow }),
        ...(request.event !== undefined && { event: request.event }),
        ...(request.branch !== undefined && { branch: request.branch }),
        seconds: request.seconds ?? 0,
        exitCode,
        outcome: request.outcome ?? (exitCode === 0 ? "success" : "failure"),
        ...(request.container && { container: request.container }),
        ...(request.services && { services: request.services }),
        state: "queued",
        starts: 0,
        queuedAt: now(),
        transitions: [],
      };
    });
    return this.enqueue(jobs);
  }

  /** Queues all jobs of a run once more, as its next attempt. Refused while one of them is not over. */
  rerun(workflowRunId: number): Job[] {
    const { state, ids, now } = this.context;
    const all = [...state.jobs.values()].filter((job) => job.workflowRunId === workflowRunId);
    const attempt = Math.max(0, ...all.map((job) => job.attempt ?? 1));
    const former = all.filter((job) => (job.attempt ?? 1) === attempt);
    if (former.length === 0) throw runNotFound(workflowRunId);
    const left = former.find((job) => job.state !== "completed");
    if (left) throw runNotOver(workflowRunId, left.id, left.state);
    const batch = ids.uuid();
    return this.enqueue(
      former.map((job): Job => {
        const { scaleSetName, runsOn, displayName, owner, repository, workflow, event, branch } = job;
        const { seconds, exitCode, outcome, container, services } = job;
        return {
          ...{ id: state.next("job"), jobId: ids.uuid(), batch, workflowRunId, attempt: attempt + 1 },
          ...{ scaleSetName, runsOn, displayName, owner, repository, workflow, event, branch },
          ...{ seconds, exitCode, outcome, container, services },
          ...{ state: "queued", starts: 0, queuedAt: now(), transitions: [] },
        };
      }),
    );
  }

  get(id: number): Job {
    const job = this.context.state.jobs.get(id);
    if (!job) throw jobNotFound(id);
    return job;
  }

  /** The jobs of a set in a state, oldest first. */
  open(scaleSetId: number, state: Job["state"]): Job[] {
    return this.openJobs().filter((job) => job.scaleSetId === scaleSetId && job.state === state);
  }

  /** The jobs that no scale set has, oldest first. */
  queued(): Job[] {
    return this.openJobs().filter((job) => job.state === "queued");
  }

  /** Offers the jobs that wait for a set of this name to it. */
  adopt(scaleSet: ScaleSet): void {
    for (const job of this.openJobs()) {
      if (job.state === "queued" && sameName(job.scaleSetName, scaleSet.name)) this.route(job);
    }
  }

  /** Takes back what a set that is going away had waiting. What its runners already run they may finish. */
  orphan(scaleSet: ScaleSet): void {
    for (const job of this.openJobs()) {
      if (job.scaleSetId !== scaleSet.id || job.state === "started" || job.state === "completed") continue;
      this.requeue(job, `runner scale set ${scaleSet.name} was removed`, "queued");
      delete job.scaleSetId;
      this.context.state.save("jobs", job);
    }
  }

  /** Takes a job out that no runner has yet. */
  cancel(id: number): Job {
    const job = this.get(id);
    if (job.agentId !== undefined || job.state === "completed") throw jobNotCancellable(id, job.state);
    this.complete(job, "canceled", "canceled while it waited");
    this.context.wake();
    return job;
  }

  assign(job: Job): void {
    job.state = "assigned";
    job.assignedAt = this.context.now();
    record(this.context, job, "assigned");
    this.context.state.save("jobs", job);
    announce(this.context, job, "JobAssigned");
  }

  /** Puts a job that no runner has begun back in line. */
  requeue(
    job: Job,
    reason: string,
    to: "queued" | "assigned" = job.scaleSetId === undefined ? "queued" : "assigned",
  ): void {
    job.state = to;
    delete job.agentId;
    delete job.agentName;
    delete job.runnerAssignedAt;
    delete job.offeredTo;
    if (to === "queued") delete job.assignedAt;
    record(this.context, job, "requeued", reason);
    record(this.context, job, to);
    this.context.state.save("jobs", job);
  }

  complete(job: Job, result: JobResult, reason?: string): void {
    // ARC subtracts these times from each other; the zero time of Go would become a histogram value of 2000 years.
    job.runnerAssignedAt ??= this.context.now();
    job.state = "completed";
    job.result = result;
    if (reason !== undefined) job.reason = reason;
    job.finishedAt = this.context.now();
    // A scale set that was never assigned the job is not told of its end.
    if (job.assignedAt !== undefined) job.unreported = true;
    record(this.context, job, "completed", reason === undefined ? result : `${result}: ${reason}`);
    this.context.state.save("jobs", job);
    this.report();
  }

  /** Tells the scale sets of the jobs whose end is long enough ago. */
  report(): void {
    const due = this.context.now() - this.context.limits.reportMillis;
    for (const job of this.openJobs()) {
      if (!job.unreported || (job.finishedAt ?? 0) > due) continue;
      delete job.unreported;
      this.context.state.save("jobs", job);
      announce(this.context, job, "JobCompleted");
      this.context.wake();
    }
  }

  /** Completes a job whose runner was lost in the middle of it. It is not run again: it may have had effects. */
  abandon(job: Job, reason: string): void {
    record(this.context, job, "abandoned", reason);
    this.complete(job, "failed", `abandoned: ${reason}`);
  }

  private enqueue(jobs: Job[]): Job[] {
    for (const job of jobs) {
      record(this.context, job, "queued");
      this.context.state.save("jobs", job);
      this.route(job);
    }
    this.context.wake();
    return jobs;
  }

  private openJobs(): Job[] {
    return [...this.context.state.openJobs].map((id) => this.get(id));
  }

  private route(job: Job): void {
    const scaleSet = this.target(job.scaleSetName);
    if (!scaleSet) return;
    job.state = "available";
    job.scaleSetId = scaleSet.id;
    record(this.context, job, "available");
    this.context.state.save("jobs", job);
  }

  /** A set of that name; of several (the same name in several groups) one that has a listener. */
  private target(name: string): ScaleSet | undefined {
    const { state } = this.context;
    const candidates = [...state.scaleSets.values()].filter((set) => sameName(set.name, name));
    const listening = new Set([...state.sessions.values()].map((session) => session.scaleSetId));
    return candidates.find((set) => listening.has(set.id)) ?? candidates[0];
  }
}

/** GitHub compares labels without regard to case. */
export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
