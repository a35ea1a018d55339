import { createHash } from "node:crypto";
import { labelsOf, type LegacyRunners } from "../service/legacy-runners";
import { conclusionOf, statusOf, type WorkflowRun } from "../service/legacy-runs";
import type { Agent, Job, Millis } from "../service/types";
import { repositoryView } from "./repository-views";

/** The forms in which the REST API shows runners, runs and jobs. */
export function runnerView(agent: Agent, runners: LegacyRunners) {
  const { given, own } = runners.labels(agent);
  const label = (type: "read-only" | "custom") => (name: string) => ({ name, type });
  return {
    id: agent.id,
    name: agent.name,
    os: "linux",
    status: agent.connection === undefined ? "offline" : "online",
    busy: agent.jobId !== undefined,
    ephemeral: agent.registration?.ephemeral ?? true,
    runner_group_id: runners.groupOf(agent),
    labels: [...given.map(label("read-only")), ...own.map(label("custom"))],
  };
}

/** Workflow, branch and commit of all runs: jobs are queued without any. */
const workflow = {
  id: 1,
  name: "sandbox",
  path: ".github/workflows/sandbox.yaml",
  branch: "main",
  event: "workflow_dispatch",
};

export function workflowRunView(run: WorkflowRun, origin: string) {
  const repository = repositoryView(run.owner, run.repository, origin);
  const url = `${repository.url}/actions/runs/${run.id}`;
  const sha = commitOf(run);
  return {
    id: run.id,
    node_id: nodeId("WorkflowRun", run.id),
    name: workflow.name,
    head_branch: workflow.branch,
    head_sha: sha,
    path: workflow.path,
    run_number: run.id,
    run_attempt: 1,
    display_title: workflow.name,
    event: workflow.event,
    status: run.status,
    conclusion: run.conclusion ?? null,
    workflow_id: workflow.id,
    url,
    html_url: `${repository.html_url}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: time(run.createdAt),
    updated_at: time(run.updatedAt),
    run_started_at: time(run.createdAt),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repository.url}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${repository.url}/actions/workflows/${workflow.id}`,
    head_commit: {
      id: sha,
      tree_id: sha,
      message: workflow.name,
      timestamp: time(run.createdAt),
      author: { name: run.owner, email: `${run.owner}@example.invalid` },
      committer: { name: run.owner, email: `${run.owner}@example.invalid` },
    },
    repository,
    head_repository: repository,
  };
}

export function workflowJobView(job: Job, run: WorkflowRun, origin: string) {
  const repository = `${origin}/api/v3/repos/${run.owner}/${run.repository}`;
  const completed = job.state === "completed";
  return {
    id: job.id,
    node_id: nodeId("CheckRun", job.id),
    run_id: run.id,
    run_url: `${repository}/actions/runs/${run.id}`,
    run_attempt: 1,
    workflow_name: workflow.name,
    head_branch: workflow.branch,
    head_sha: commitOf(run),
    name: job.displayName,
    url: `${repository}/actions/jobs/${job.id}`,
    html_url: `${origin}/${run.owner}/${run.repository}/actions/runs/${run.id}/job/${job.id}`,
    check_run_url: `${repository}/check-runs/${job.id}`,
    status: statusOf(job),
    conclusion: conclusionOf(job) ?? null,
    created_at: time(job.queuedAt),
    // GitHub too shows the time of queueing until the job has begun.
    started_at: time(job.startedAt ?? job.queuedAt),
    completed_at: completed ? time(job.finishedAt ?? job.queuedAt) : null,
    labels: labelsOf(job),
    runner_id: job.agentId ?? null,
    runner_name: job.agentName ?? null,
    runner_group_id: null,
    runner_group_name: null,
    steps: [],
  };
}

function commitOf(run: WorkflowRun): string {
  return createHash("sha1").update(`${run.owner}/${run.repository}/${run.id}`).digest("hex");
}

function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

/** GitHub gives these times without fractions of a second. */
function time(millis: Millis): string {
  return new Date(millis).toISOString().replace(/\.\d+Z$/, "Z");
}
