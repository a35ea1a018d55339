import { fullRepositoryView, repositoryView } from "../routes/repository-views";
import { numericId, ownerId } from "../service/numeric-ids";
import type { Attempt, Job, Millis, Repository, Run, Workflow } from "./types";

/*
 * The forms in which the REST API and webhooks show runs, jobs, workflows and repositories. `origin` is the base of the addresses that
 * are handed out, such as `http://127.0.0.1:8080`.
 */

/** GitHub gives these times without fractions of a second. */
export function time(millis: Millis): string {
  return new Date(millis).toISOString().replace(/\.\d+Z$/, "Z");
}

function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

export function userView(login: string, origin: string) {
  return { ...repositoryView(login, login, origin).owner, type: "User" };
}

export function organizationView(login: string, origin: string) {
  const url = `${origin}/api/v3/orgs/${login}`;
  return {
    login,
    id: ownerId(login),
    node_id: nodeId("Organization", login),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${origin}/avatars/${login}`,
    description: "",
  };
}

/** A repository as lists of repositories and webhooks show it. */
export function listedRepositoryView(repository: Repository, origin: string) {
  const { owner, name, defaultBranch, archived, createdAt, pushedAt } = repository;
  return {
    ...fullRepositoryView(owner, name, origin),
    has_downloads: true,
    allow_forking: false,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    custom_properties: {},
    default_branch: defaultBranch,
    archived,
    created_at: time(createdAt),
    updated_at: time(pushedAt),
    pushed_at: time(pushedAt),
  };
}

export function workflowView({ id, repository, name, path, createdAt }: Workflow, branch: string, origin: string) {
  return {
    id,
    node_id: nodeId("Workflow", id),
    name,
    path,
    state: "active",
    created_at: time(createdAt),
    updated_at: time(createdAt),
    url: `${origin}/api/v3/repos/${repository}/actions/workflows/${id}`,
    html_url: `${origin}/${repository}/blob/${branch}/${path}`,
    badge_url: `${origin}/${repository}/workflows/${encodeURIComponent(name)}/badge.svg`,
  };
}

/** A run as one of its attempts left it. With its two copies of the repository it is about 12 KB long, as GitHub's are. */
export function runView(run: Run, attempt: Attempt, origin: string) {
  const [owner = "", name = ""] = run.repository.split("/");
  const repository = repositoryView(owner, name, origin);
  const actor = userView(run.actor, origin);
  const url = `${repository.url}/actions/runs/${run.id}`;
  const suite = numericId(`suite/${run.id}`);
  const person = { name: run.actor, email: `${run.actor}@users.noreply.example.com` };
  return {
    id: run.id,
    name: run.workflow.name,
    node_id: nodeId("WorkflowRun", run.id),
    head_branch: run.branch,
    head_sha: run.headSha,
    path: run.workflow.path,
    display_title: run.title,
    run_number: run.runNumber,
    event: run.event,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: run.workflow.id,
    check_suite_id: suite,
    check_suite_node_id: nodeId("CheckSuite", suite),
    url,
    html_url: `${repository.html_url}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: time(run.createdAt),
    updated_at: time(attempt.updatedAt),
    actor,
    run_attempt: attempt.number,
    referenced_workflows: [],
    run_started_at: time(attempt.startedAt),
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repository.url}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number > 1 ? `${url}/attempts/${attempt.number - 1}` : null,
    workflow_url: `${repository.url}/actions/workflows/${run.workflow.id}`,
    head_commit: {
      id: run.headSha,
      tree_id: run.headSha,
      message: run.title,
      timestamp: time(run.createdAt),
      author: person,
      committer: person,
    },
    repository,
    head_repository: repository,
  };
}

export function jobView(job: Job, run: Run, origin: string) {
  const url = `${origin}/api/v3/repos/${run.repository}`;
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: run.workflow.name,
    head_branch: run.branch,
    run_url: `${url}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    node_id: nodeId("CheckRun", job.id),
    head_sha: run.headSha,
    url: `${url}/actions/jobs/${job.id}`,
    html_url: `${origin}/${run.repository}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: time(job.createdAt),
    // GitHub too shows the time of creation until a runner has begun with it.
    started_at: time(job.startedAt ?? job.createdAt),
    completed_at: job.completedAt === null ? null : time(job.completedAt),
    name: job.name,
    steps: stepsOf(job),
    check_run_url: `${url}/check-runs/${job.id}`,
    labels: job.labels,
    runner_id: job.runner?.id ?? null,
    runner_name: job.runner?.name ?? null,
    runner_group_id: job.runner?.groupId ?? null,
    runner_group_name: job.runner?.groupName ?? null,
  };
}

/** Steps that share the job's time; none before it began. */
function stepsOf({ steps, status, conclusion, startedAt, completedAt }: Job) {
  if (startedAt === null) return [];
  const over = completedAt !== null;
  const share = over ? (completedAt - startedAt) / Math.max(1, steps) : 0;
  return Array.from({ length: steps }, (_, index) => ({
    name: `Run step ${index + 1} of this job`,
    status: over ? "completed" : index === 0 ? status : "queued",
    conclusion: over ? (index === steps - 1 ? conclusion : "success") : null,
    number: index + 1,
    started_at: over || index === 0 ? time(startedAt + index * share) : null,
    completed_at: over ? time(startedAt + (index + 1) * share) : null,
  }));
}
