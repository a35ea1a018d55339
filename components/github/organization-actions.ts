import * as pulumi from "@pulumi/pulumi";
import { ActionsOrganizationPermissions } from "@pulumi/github/actionsOrganizationPermissions";
import { ActionsOrganizationWorkflowPermissions } from "@pulumi/github/actionsOrganizationWorkflowPermissions";

import type { ActionsSettings } from "../../stacks/organization/schema";
import { actionsViolations } from "./organization-rules";
import type { RepositoryIds } from "./repository-ids";

export interface OrganizationActionsArgs {
  /** As in its address. */
  readonly organization: string;
  readonly actions: ActionsSettings;
  /** Whether this GitHub can require commit ids of actions. */
  readonly canPinActions: boolean;
  readonly repositories: RepositoryIds;
}

/**
 * What workflows of the whole organization may do. Unless the settings say otherwise: any action, by its commit id; a token that reads; no
 * approval of pull requests.
 *
 * They stay as they are when the component goes: the provider would otherwise allow all actions again. Which strangers' pull requests wait for
 * an approval is not here, since the provider cannot set it.
 *
 * ```ts
 * new OrganizationActions("organization-actions", { organization: "acme", actions: {}, canPinActions: true, repositories });
 * ```
 */
export class OrganizationActions extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly permissions: ActionsOrganizationPermissions;
    readonly workflowPermissions: ActionsOrganizationWorkflowPermissions;
  };

  public constructor(name: string, args: OrganizationActionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:OrganizationActions", name, { organization: args.organization }, opts);
    const { actions, canPinActions, repositories } = args;
    const within = { parent: this, retainOnDelete: true };
    const { shaPinningRequired, ...permissions } = permissionInputs(actions, canPinActions, repositories);
    const workflows = {
      defaultWorkflowPermissions: actions.defaultWorkflowPermissions ?? "read",
      canApprovePullRequestReviews: actions.canApprovePullRequests ?? false,
    };
    for (const { rule, message } of actionsViolations({ shaPinningRequired, ...workflows }))
      void pulumi.log.warn(`organization.actions: ${message} (rule ${rule})`, this);
    this.nodes = {
      permissions: new ActionsOrganizationPermissions(
        `${name}-permissions`,
        { ...permissions, ...(canPinActions && { shaPinningRequired }) },
        within,
      ),
      workflowPermissions: new ActionsOrganizationWorkflowPermissions(
        `${name}-workflow-permissions`,
        { organizationSlug: args.organization, ...workflows },
        within,
      ),
    };
    this.registerOutputs({});
  }
}

/** With what the settings leave out. */
function permissionInputs(actions: ActionsSettings, canPinActions: boolean, repositoryIds: RepositoryIds) {
  const { enabledRepositories = "all", allowedActions = "all", repositories = [] } = actions;
  const { githubOwnedAllowed = true, verifiedAllowed = false, patterns = [] } = actions;
  return {
    enabledRepositories,
    ...(enabledRepositories === "selected" && {
      enabledRepositoriesConfig: { repositoryIds: repositoryIds.of(repositories) },
    }),
    allowedActions,
    ...(allowedActions === "selected" && {
      allowedActionsConfig: { githubOwnedAllowed, verifiedAllowed, patternsAlloweds: [...patterns] },
    }),
    shaPinningRequired: canPinActions && (actions.shaPinningRequired ?? true),
  };
}
