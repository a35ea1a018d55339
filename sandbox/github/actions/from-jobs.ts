import { labelsOf } from "../service/legacy-runners";
import type { Job as ServiceJob, JobResult } from "../service/types";
import type { ActionsModel } from "./model";
import type { Conclusion, Millis, Runner } from "./types";

/** Workflow of jobs that were queued without one. */
export const usual = { workflow: ".github/workflows/sandbox.yaml", event: "workflow_dispatch", branch: "main" };

const conclusions: Readonly<Record<JobResult, Conclusion>> = {
  succeeded: "success",
  failed: "failure",
  canceled: "cancelled",
};

interface Step {
  readonly at: Millis;
  /** Of what happens at the same time the lower comes first: a run runs again only after its end. */
  readonly rank: number;
  readonly take: () => void;
}

const stepsOfAttempt = 3;

/** Keeps a model in step with the jobs of the scale-set service: the jobs that were queued by one call are one run. */
export class JobsFollower {
  /** @param runnerOf the runner that has the job */
  constructor(
    private readonly model: ActionsModel,
    private readonly runnerOf: (job: ServiceJob) => Runner,
  ) {}

  /** Takes over the jobs of a former life, in the order in which things happened to them. */
  replay(jobs: Iterable<ServiceJob>): void {
    const steps = [...jobs].sort((left, right) => left.id - right.id).flatMap((job) => this.stepsOf(job));
    for (const { take } of steps.sort((left, right) => left.at - right.at || left.rank - right.rank)) take();
  }

  /** Takes over what has happened to a job since it was last seen. */
  follow(job: ServiceJob): void {
    for (const { take } of this.stepsOf(job)) take();
  }

  private stepsOf(job: ServiceJob): Step[] {
    const { queuedAt, result, attempt = 1 } = job;
    const status = this.model.job(job.id)?.job.status;
    // The machine's clock may have been set back in between.
    const startedAt = job.startedAt === undefined ? undefined : Math.max(job.startedAt, queuedAt);
    const finishedAt = job.finishedAt === undefined ? undefined : Math.max(job.finishedAt, startedAt ?? queuedAt);
    const first = attempt * stepsOfAttempt;
    const steps: Step[] = [];
    if (status === undefined) steps.push({ at: queuedAt, rank: first, take: () => this.add(job) });
    if (startedAt !== undefined && (status === undefined || status === "queued")) {
      const runner = this.runnerOf(job);
      steps.push({ at: startedAt, rank: first + 1, take: () => this.model.startJob(job.id, runner, startedAt) });
    }
    if (finishedAt !== undefined && result !== undefined && status !== "completed") {
      const conclusion = conclusions[result];
      steps.push({ at: finishedAt, rank: first + 2, take: () => this.model.endJob(job.id, conclusion, finishedAt) });
    }
    return steps;
  }

  private add(job: ServiceJob): void {
    const { workflow = usual.workflow, event = usual.event, branch = usual.branch } = job;
    const repository = `${job.owner}/${job.repository}`;
    const spec = { id: job.workflowRunId, repository, workflow, event, branch, jobs: [] };
    // Its further jobs come within the same moment: none can be over before all are there.
    const run = this.model.run(job.workflowRunId) ?? this.model.startRun(spec, job.queuedAt);
    if ((job.attempt ?? 1) > run.attempts.length) this.model.rerun(run, [], job.queuedAt);
    this.model.addJob(run, { id: job.id, name: job.displayName, labels: labelsOf(job) }, job.queuedAt);
  }
}
