import { z } from "zod";

import { listOf, mapOf, matching, oneOf, text, yesOrNo } from "../schema";

const repository = matching(/^[\w.-]+$/, "the name of a repository of the organization, without its owner");
const repositories = listOf(repository, "a list of repositories");

/** The settings section `organization`: what of the GitHub organization belongs to this platform. */
export const organizationSchema = z.strictObject({
  /** As in its address. Absent: the owner in `github.configUrl`. */
  name: matching(/^[A-Za-z0-9](-?[A-Za-z0-9])*$/, "the name of an organization, as in its address").optional(),
  /** Secrets of workflows; their values are in the stack's secret `organizationSecrets`. */
  secrets: mapOf(z.strictObject({ repositories }), "secrets by name"),
  /** Variables of workflows: what everybody may read. Exactly one of `value` and `from`. */
  variables: mapOf(
    z.strictObject({
      value: text("a text that is not empty").optional(),
      from: oneOf(["vaultAddress"]).optional(),
      repositories,
    }),
    "variables by name",
  ),
  runnerGroups: mapOf(
    z.strictObject({
      repositories,
      allowPublicRepositories: yesOrNo.optional(),
      /** Absent: every workflow of the repositories. */
      workflows: listOf(
        matching(/^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[^@\s]+@\S+$/, "OWNER/REPOSITORY/.github/workflows/FILE@REF"),
        "a list of workflows",
      ).optional(),
    }),
    "runner groups by name",
  ),
  /** What workflows of the whole organization may do. Absent: left as it is at GitHub. */
  actions: z
    .strictObject({
      enabledRepositories: oneOf(["all", "selected"]).optional(),
      repositories: repositories.optional(),
      allowedActions: oneOf(["all", "local_only", "selected"]).optional(),
      githubOwnedAllowed: yesOrNo.optional(),
      verifiedAllowed: yesOrNo.optional(),
      patterns: listOf(
        matching(/^[^\s/]+\/[^\s]+$/, "OWNER/REPOSITORY@REF, with * for any"),
        "a list of patterns",
      ).optional(),
      shaPinningRequired: yesOrNo.optional(),
      defaultWorkflowPermissions: oneOf(["read", "write"]).optional(),
      canApprovePullRequests: yesOrNo.optional(),
    })
    .optional(),
});
export type OrganizationSettings = z.output<typeof organizationSchema>;
export type RunnerGroupSettings = OrganizationSettings["runnerGroups"][string];
export type ActionsSettings = NonNullable<OrganizationSettings["actions"]>;
