import type { GithubIssuerSettings, JobRoleSettings } from "../../stacks/vault/logins-schema";

/** Events that nobody can cause who cannot write to the repository. A pull request can be anybody's. */
export const trustedEvents = [
  ...["push", "workflow_dispatch", "schedule", "release", "merge_group", "repository_dispatch", "deployment"],
] as const;

/** Events of a role that names none. */
export const defaultEvents = ["push", "workflow_dispatch"] as const;

/** Lifetimes of tokens in seconds, for roles that name none: a job fetches its secrets at its beginning. */
export const defaultTtl = { seconds: 600, maxSeconds: 900 } as const;

/** What Vault's role of a workflow is made from; names are those of `vault.jwt.AuthBackendRole`. */
export interface JobRoleInputs {
  readonly roleType: "jwt";
  readonly boundAudiences: string[];
  readonly boundClaimsType: "string";
  readonly boundClaims: Record<string, string>;
  readonly userClaim: string;
  readonly claimMappings: Record<string, string>;
  readonly tokenType: "batch";
  readonly tokenTtl: number;
  readonly tokenMaxTtl: number;
  readonly tokenNoDefaultPolicy: true;
  readonly tokenPolicies: string[];
}

/**
 * A workflow's role. Everything is bound by exact values of claims that GitHub alone sets: never by `sub`, whose form changed in July 2026
 * for new repositories (`repo:OWNER@ID/NAME@ID:...`), nor by names of owner or repository, which can change hands.
 *
 * - Values of one claim are alternatives, different claims all have to hold.
 * - The token is a batch token: it cannot be renewed, makes no other, and ends with its time.
 * - Who logged in stands in the audit log, by `claimMappings`. The alias is the repository's id, as each value makes an entity.
 */
export function jobRoleInputs(
  { repositoryOwnerId, audience }: Pick<GithubIssuerSettings, "repositoryOwnerId" | "audience">,
  role: JobRoleSettings,
): JobRoleInputs {
  const claims: Record<string, readonly string[] | undefined> = {
    repository_owner_id: [repositoryOwnerId],
    repository_id: role.repositoryIds,
    ref: role.refs,
    environment: role.environments,
    job_workflow_ref: role.jobWorkflowRefs,
    event_name: role.events ?? defaultEvents,
    runner_environment: (role.selfHostedOnly ?? true) ? ["self-hosted"] : undefined,
  };
  return {
    roleType: "jwt",
    boundAudiences: [audience],
    boundClaimsType: "string",
    boundClaims: Object.fromEntries(
      Object.entries(claims).flatMap(([claim, values]) => (values === undefined ? [] : [[claim, values.join(",")]])),
    ),
    userClaim: "repository_id",
    claimMappings: Object.fromEntries(
      ["repository", "ref", "actor", "run_id", "workflow_ref"].map((claim) => [claim, claim]),
    ),
    tokenType: "batch",
    tokenTtl: role.tokenTtlSeconds ?? defaultTtl.seconds,
    tokenMaxTtl: role.tokenMaxTtlSeconds ?? Math.max(defaultTtl.maxSeconds, role.tokenTtlSeconds ?? 0),
    tokenNoDefaultPolicy: true,
    tokenPolicies: [...role.policies],
  };
}
