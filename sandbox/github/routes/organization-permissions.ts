import { z } from "zod";
import { noContent, ok, RestError } from "../http/reply";
import type { Route } from "../http/router";
import type { ActionsPermissions } from "../service/types";
import { administrationRoute, checkRepositoryIds, restBody } from "./organization-access";
import { ids, repositoryList } from "./organization-values";
import { fullRepositoryView } from "./repository-views";
import type { Surroundings } from "./surroundings";

const path = "/permissions";

const permissionsBody = z.object({
  enabled_repositories: z.enum(["all", "none", "selected"]),
  allowed_actions: z.enum(["all", "local_only", "selected"]).optional(),
  sha_pinning_required: z.boolean().optional(),
});
const selectedBody = z.object({
  github_owned_allowed: z.boolean().optional(),
  verified_allowed: z.boolean().optional(),
  patterns_allowed: z.array(z.string()).optional(),
});
const workflowBody = z.object({
  default_workflow_permissions: z.enum(["read", "write"]).optional(),
  can_approve_pull_request_reviews: z.boolean().optional(),
});
const forkBody = z.object({
  approval_policy: z.enum([
    "first_time_contributors_new_to_github",
    "first_time_contributors",
    "all_external_contributors",
  ]),
});
const repositoriesBody = z.object({ selected_repository_ids: ids });

/** What workflows of an organization may do. Nothing here enforces it: there are no workflows, only jobs. */
export function organizationPermissionRoutes(around: Surroundings): Route[] {
  const { organizations } = around.service;
  return [
    administrationRoute(around, "GET", path, (exchange, organization) =>
      ok(permissionsView(organizations.permissions(organization), exchange.origin)),
    ),
    administrationRoute(around, "PUT", path, async (exchange, organization) => {
      const body = await restBody(exchange, permissionsBody);
      organizations.permit(organization, {
        enabledRepositories: body.enabled_repositories,
        allowedActions: body.allowed_actions,
        shaPinningRequired: body.sha_pinning_required,
      });
      return noContent;
    }),
    administrationRoute(around, "GET", `${path}/repositories`, (exchange, organization) => {
      const { repositoryIds } = requireSelected(organizations.permissions(organization), "enabledRepositories");
      return repositoryList(exchange, organizations.repositories(repositoryIds), fullRepositoryView);
    }),
    administrationRoute(around, "PUT", `${path}/repositories`, async (exchange, organization) => {
      requireSelected(organizations.permissions(organization), "enabledRepositories");
      const { selected_repository_ids: repositoryIds } = await restBody(exchange, repositoriesBody);
      checkRepositoryIds(around, organization, { visibility: "selected", ids: repositoryIds });
      organizations.permit(organization, { repositoryIds });
      return noContent;
    }),
    administrationRoute(around, "GET", `${path}/selected-actions`, (_exchange, organization) => {
      const permissions = requireSelected(organizations.permissions(organization), "allowedActions");
      return ok({
        github_owned_allowed: permissions.githubOwnedAllowed,
        verified_allowed: permissions.verifiedAllowed,
        patterns_allowed: permissions.patternsAllowed,
      });
    }),
    administrationRoute(around, "PUT", `${path}/selected-actions`, async (exchange, organization) => {
      requireSelected(organizations.permissions(organization), "allowedActions");
      const body = await restBody(exchange, selectedBody);
      organizations.permit(organization, {
        githubOwnedAllowed: body.github_owned_allowed,
        verifiedAllowed: body.verified_allowed,
        patternsAllowed: body.patterns_allowed,
      });
      return noContent;
    }),
    ...workflowRoutes(around),
  ];
}

function workflowRoutes(around: Surroundings): Route[] {
  const { organizations } = around.service;
  return [
    administrationRoute(around, "GET", `${path}/workflow`, (_exchange, organization) => {
      const permissions = organizations.permissions(organization);
      return ok({
        default_workflow_permissions: permissions.defaultWorkflowPermissions,
        can_approve_pull_request_reviews: permissions.canApprovePullRequestReviews,
      });
    }),
    administrationRoute(around, "PUT", `${path}/workflow`, async (exchange, organization) => {
      const body = await restBody(exchange, workflowBody);
      organizations.permit(organization, {
        defaultWorkflowPermissions: body.default_workflow_permissions,
        canApprovePullRequestReviews: body.can_approve_pull_request_reviews,
      });
      return noContent;
    }),
    administrationRoute(around, "GET", `${path}/fork-pr-contributor-approval`, (_exchange, organization) =>
      ok({ approval_policy: organizations.permissions(organization).forkApproval }),
    ),
    administrationRoute(around, "PUT", `${path}/fork-pr-contributor-approval`, async (exchange, organization) => {
      const body = await restBody(exchange, forkBody);
      organizations.permit(organization, { forkApproval: body.approval_policy });
      return noContent;
    }),
  ];
}

function permissionsView(permissions: ActionsPermissions, origin: string) {
  const url = `${origin}/api/v3/orgs/${permissions.id}/actions${path}`;
  return {
    enabled_repositories: permissions.enabledRepositories,
    allowed_actions: permissions.allowedActions,
    sha_pinning_required: permissions.shaPinningRequired,
    ...(permissions.enabledRepositories === "selected" && { selected_repositories_url: `${url}/repositories` }),
    ...(permissions.allowedActions === "selected" && { selected_actions_url: `${url}/selected-actions` }),
  };
}

/** Lists can only be had, and set, where they count. */
function requireSelected(
  permissions: ActionsPermissions,
  what: "enabledRepositories" | "allowedActions",
): ActionsPermissions {
  if (permissions[what] === "selected") return permissions;
  throw new RestError(409, `the organization has no list of selected ones: ${what} is ${permissions[what]}`);
}
