import type { Registry } from "./registry";
import type { Attempt, Job, Repository, Run, Transition } from "./types";
import { jobView, listedRepositoryView, organizationView, runView, userView, workflowView } from "./views";

/** What a webhook tells of, kept as it was at that moment. */
export interface Happening {
  readonly event: Transition["event"];
  readonly action: Transition["action"];
  readonly run: Run;
  readonly attempt: Attempt;
  readonly job: Job | undefined;
  readonly repository: Repository;
}

/** Copies what will change later on. */
export function happeningOf(transition: Transition, registry: Registry): Happening {
  const { event, action, run, attempt } = transition;
  const job = "job" in transition ? { ...transition.job } : undefined;
  const repository = registry.declare(run.repository);
  return { event, action, run: { ...run, attempts: [] }, attempt: { ...attempt, jobs: [] }, job, repository };
}

/** The body of the webhook. */
export function payloadOf({ event, action, run, attempt, job, repository }: Happening, origin: string) {
  const common = {
    repository: listedRepositoryView(repository, origin),
    organization: organizationView(repository.owner, origin),
    sender: userView(run.actor, origin),
  };
  if (event === "workflow_job" && job) return { action, workflow_job: jobView(job, run, origin), ...common };
  const workflow = workflowView(run.workflow, repository.defaultBranch, origin);
  return { action, workflow_run: runView(run, attempt, origin), workflow, ...common };
}
