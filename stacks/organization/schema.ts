import { z } from "zod";

import { listOf, mapOf, matching, oneOf, text, yesOrNo } from "../schema";

const repository = matching(/^[\w.-]+$/, "the name of a repository of the organization, without its owner");

/** The settings section `organization`: what of the GitHub organization belongs to this platform. */
export const organizationSchema = z.strictObject({
  /** Name as in its address. */
  name: matching(/^[A-Za-z0-9](-?[A-Za-z0-9])*$/, "the name of the organization"),
  /** Secrets of workflows; their values are the stack's secrets of `organizationSecrets`. */
  secrets: mapOf(z.strictObject({ repositories: listOf(repository, "a list of repositories") }), "secrets by name"),
  variables: mapOf(
    z.strictObject({
      value: z.string({ error: "a text" }),
      repositories: listOf(repository, "a list of repositories"),
    }),
    "variables by name",
  ),
  runnerGroups: mapOf(
    z.strictObject({
      repositories: listOf(repository, "a list of repositories"),
      allowPublicRepositories: yesOrNo,
      /** `OWNER/REPOSITORY/.github/workflows/FILE@REF`; absent: every workflow of the repositories. */
      workflows: listOf(text("OWNER/REPOSITORY/.github/workflows/FILE@REF"), "a list of workflows").optional(),
    }),
    "runner groups by name",
  ),
  actions: z
    .strictObject({
      enabledRepositories: oneOf(["all", "selected"]),
      repositories: listOf(repository, "a list of repositories").optional(),
      allowedActions: oneOf(["all", "local_only", "selected"]),
      githubOwnedAllowed: yesOrNo,
      verifiedAllowed: yesOrNo,
      patterns: listOf(text("OWNER/REPOSITORY@REF"), "a list of patterns"),
      shaPinningRequired: yesOrNo,
      defaultWorkflowPermissions: oneOf(["read", "write"]),
      canApprovePullRequests: yesOrNo,
      forkApproval: oneOf([
        "first_time_contributors_new_to_github",
        "first_time_contributors",
        "all_external_contributors",
      ]),
    })
    .optional(),
});
export type OrganizationSettings = z.output<typeof organizationSchema>;
