import { z } from "zod";

import { dnsLabel, listOf, mapOf, matching, text, whole, yesOrNo } from "../schema";

const policyName = matching(
  /^[a-z0-9][a-z0-9-]{0,63}$/,
  "the name of a policy: lower-case letters, digits and hyphens",
);
const numericId = matching(/^\d+$/, "a numeric id in quotes");
const seconds = whole(60, 3600);
const secretPath = matching(
  /^[\w-]+(\/[\w-]+)*(\/\*)?$/,
  "a path below the key-value engine such as harbor, or devcontainer/* with all that is below it",
);

/** A workflow's login: what its OIDC token must say, each by exact values. Without commas, which Pulumi's provider takes for separators. */
const jobRole = z.strictObject({
  policies: listOf(policyName, "a list of names of policies"),
  /** Ids of repositories, from `gh api repos/OWNER/NAME --jq .id`. */
  repositoryIds: listOf(numericId, "a list of numeric ids in quotes").optional(),
  refs: listOf(
    matching(/^refs\/[^*?,\s]+$/, "a full ref such as refs/heads/main, without wildcards"),
    "a list of refs",
  ).optional(),
  environments: listOf(
    matching(/^[^*,]+$/, "the name of an environment, without wildcards"),
    "a list of environments",
  ).optional(),
  /** `OWNER/REPOSITORY/.github/workflows/FILE@REF`. */
  jobWorkflowRefs: listOf(
    matching(
      /^[^*,\s/]+\/[^*,\s/]+\/\.github\/workflows\/[^*,\s@]+@[^*,\s]+$/,
      "OWNER/REPOSITORY/.github/workflows/FILE@REF, without wildcards",
    ),
    "a list of workflows",
  ).optional(),
  events: listOf(text("the name of an event"), "a list of events").optional(),
  /** Only jobs on self-hosted runners. */
  selfHostedOnly: yesOrNo.optional(),
  tokenTtlSeconds: seconds.optional(),
  tokenMaxTtlSeconds: seconds.optional(),
});

const githubIssuer = z.strictObject({
  /** Issuer of the tokens, such as https://token.actions.githubusercontent.com or https://HOST/_services/token. */
  issuer: matching(/^https?:\/\/\S+[^/]$/, "the address of the issuer, without a slash at its end"),
  /** Id of the organization (or user) that owns the repositories: names can change hands, ids cannot. */
  repositoryOwnerId: numericId,
  /** What workflows must ask for as audience. */
  audience: matching(/^[^*,\s]+$/, "an audience such as the address of Vault, without wildcards"),
  roles: mapOf(jobRole, "logins by name of the role"),
});

const service = z.strictObject({
  policies: listOf(policyName, "a list of names of policies"),
  namespace: dnsLabel,
  serviceAccount: dnsLabel,
  audience: text("the audience of the pod's token").optional(),
  tokenTtlSeconds: seconds.optional(),
  tokenMaxTtlSeconds: seconds.optional(),
});

/** Who may log in at Vault, and what they may do then. */
export const loginsSchema = z.strictObject({
  /** By path of the mount, one for each issuer. */
  github: mapOf(githubIssuer, "issuers of GitHub by path of their mount"),
  /** By name of the role. */
  services: mapOf(service, "logins of services in the cluster by name of the role"),
  /** Paths of the key-value engine, by name of the policy. */
  policies: mapOf(
    z.strictObject({
      read: listOf(secretPath, "a list of paths").optional(),
      write: listOf(secretPath, "a list of paths").optional(),
    }),
    "policies by name",
  ),
  secretMount: matching(/^[\w-]+$/, "the path of the key-value engine, such as secret"),
  /** How many versions of each secret are kept. */
  secretVersions: whole(1, 100),
});

export type LoginsSettings = z.output<typeof loginsSchema>;
export type GithubIssuerSettings = LoginsSettings["github"][string];
export type JobRoleSettings = GithubIssuerSettings["roles"][string];
export type ServiceLoginSettings = LoginsSettings["services"][string];
export type SecretPolicySettings = LoginsSettings["policies"][string];
