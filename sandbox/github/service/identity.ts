import { ownerId, repositoryId } from "./numeric-ids";

/** What a job's identity token is made from. */
export interface JobIdentity {
  /** `owner/name`. */
  readonly repository: string;
  /** Full, such as `refs/heads/main`. */
  readonly ref: string;
  /** What started the workflow. */
  readonly event: string;
  /** Environment of the job. @default none */
  readonly environment?: string;
  /** File with the job, in the form `owner/repository/.github/workflows/file@ref`. @default `ci.yml` of the repository at the ref */
  readonly jobWorkflowRef?: string;
  /** @default self-hosted */
  readonly runnerEnvironment?: "self-hosted" | "github-hosted";
  /** Whether `sub` names ids beside names, as it does for repositories made after 15 July 2026. @default false */
  readonly immutableSubject?: boolean;
  /** Ids that differ from those of the names: somebody else has the name now, or had it. */
  readonly ownerId?: number;
  readonly repositoryId?: number;
}

/** Claims of a job's token beside those that every token has. All are texts, as GitHub's are. */
export function jobClaims(identity: JobIdentity): Record<string, string> {
  const { repository, ref, event, environment, runnerEnvironment = "self-hosted" } = identity;
  const [owner = ""] = repository.split("/");
  const workflow = `${repository}/.github/workflows/ci.yml@${ref}`;
  return {
    sub: subject(identity),
    repository,
    repository_id: String(identity.repositoryId ?? repositoryId(repository)),
    repository_owner: owner,
    repository_owner_id: String(identity.ownerId ?? ownerId(owner)),
    repository_visibility: "private",
    ref,
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    event_name: event,
    job_workflow_ref: identity.jobWorkflowRef ?? workflow,
    workflow_ref: workflow,
    runner_environment: runnerEnvironment,
    actor: "octocat",
    actor_id: "583231",
    run_id: "1",
    run_number: "1",
    run_attempt: "1",
    ...(environment !== undefined && { environment }),
  };
}

/** An environment hides the ref, and a pull request both; a colon in a name becomes %3A. */
function subject({ repository, ref, event, environment, immutableSubject, ...ids }: JobIdentity): string {
  const [owner = "", name = ""] = repository.split("/");
  const whose =
    immutableSubject === true
      ? `${owner}@${String(ids.ownerId ?? ownerId(owner))}/${name}@${String(ids.repositoryId ?? repositoryId(repository))}`
      : repository;
  if (environment !== undefined) return `repo:${whose}:environment:${environment.replaceAll(":", "%3A")}`;
  if (event === "pull_request") return `repo:${whose}:pull_request`;
  return `repo:${whose}:ref:${ref}`;
}
