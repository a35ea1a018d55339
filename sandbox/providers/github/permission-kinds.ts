import type { Kinds, ResourceKind } from "../rest/kind.js";
import { isObject, type Json, type JsonObject, textAt, valueAt } from "../shared/json.js";
import type { GithubClient } from "./client.js";
import { inOrderOf } from "./repositories.js";

/** What workflows of an organization may do. There is one of each per organization, and it always exists. */
export const permissionKinds: Kinds<GithubClient> = {
  "github:index/actionsOrganizationPermissions:ActionsOrganizationPermissions": permissions(),
  "github:index/actionsOrganizationWorkflowPermissions:ActionsOrganizationWorkflowPermissions": workflowPermissions(),
};

const place = (client: GithubClient, ...parts: readonly string[]): string => client.actions("permissions", ...parts);

function permissions(): ResourceKind<GithubClient> {
  const write = async (client: GithubClient, inputs: JsonObject): Promise<JsonObject> => {
    await client.write("PUT", place(client), {
      enabled_repositories: inputs["enabledRepositories"],
      allowed_actions: inputs["allowedActions"],
      // The real plugin, too, can switch it on and not off.
      ...(inputs["shaPinningRequired"] === true && { sha_pinning_required: true }),
    });
    const allowed = inputs["allowedActionsConfig"];
    if (inputs["allowedActions"] === "selected" && isObject(allowed)) {
      await client.write("PUT", place(client, "selected-actions"), {
        github_owned_allowed: allowed["githubOwnedAllowed"],
        verified_allowed: allowed["verifiedAllowed"] ?? false,
        patterns_allowed: allowed["patternsAlloweds"] ?? [],
      });
    }
    if (inputs["enabledRepositories"] === "selected") {
      const ids = valueAt(inputs["enabledRepositoriesConfig"], "repositoryIds") ?? [];
      await client.write("PUT", place(client, "repositories"), { selected_repository_ids: ids });
    }
    return {};
  };
  return {
    replaces: [],
    required: ["enabledRepositories"],
    create: async (client, inputs) => ({ id: client.owner, outputs: await write(client, inputs) }),
    update: (client, _id, inputs) => write(client, inputs),
    remove: async (client) => {
      await client.write("PUT", place(client), { enabled_repositories: "all", allowed_actions: "all" });
    },
    read: async (client, _id, old) => {
      const found = await client.read(place(client));
      return found && { ...readPermissions(found, old), ...(await readLists(client, found, old)) };
    },
  };
}

function readPermissions(found: JsonObject, old: JsonObject): JsonObject {
  return {
    enabledRepositories: textAt(found, "enabled_repositories") ?? "",
    ...(old["allowedActions"] !== undefined && { allowedActions: textAt(found, "allowed_actions") ?? "" }),
    ...(old["shaPinningRequired"] !== undefined && {
      shaPinningRequired: valueAt(found, "sha_pinning_required") ?? false,
    }),
  };
}

/** What is selected, where there is a selection. */
async function readLists(client: GithubClient, found: JsonObject, old: JsonObject): Promise<JsonObject> {
  const lists: Record<string, Json> = {};
  if (textAt(found, "allowed_actions") === "selected" && isObject(old["allowedActionsConfig"])) {
    const actions = await client.read(place(client, "selected-actions"));
    lists["allowedActionsConfig"] = {
      githubOwnedAllowed: valueAt(actions, "github_owned_allowed") ?? false,
      verifiedAllowed: valueAt(actions, "verified_allowed") ?? false,
      patternsAlloweds: valueAt(actions, "patterns_allowed") ?? [],
    };
  }
  if (textAt(found, "enabled_repositories") === "selected" && isObject(old["enabledRepositoriesConfig"])) {
    const before = valueAt(old["enabledRepositoriesConfig"], "repositoryIds");
    const repositories = await client.readAll(place(client, "repositories"), "repositories");
    lists["enabledRepositoriesConfig"] = { repositoryIds: inOrderOf(before, repositories) };
  }
  return lists;
}

function workflowPermissions(): ResourceKind<GithubClient> {
  const path = (organization: string): string =>
    `orgs/${encodeURIComponent(organization)}/actions/permissions/workflow`;
  const write = async (client: GithubClient, inputs: JsonObject): Promise<JsonObject> => {
    await client.write("PUT", path(textAt(inputs, "organizationSlug") ?? ""), {
      default_workflow_permissions: inputs["defaultWorkflowPermissions"] ?? "read",
      can_approve_pull_request_reviews: inputs["canApprovePullRequestReviews"] ?? false,
    });
    return {};
  };
  return {
    replaces: ["organizationSlug"],
    required: ["organizationSlug"],
    create: async (client, inputs) => ({
      id: textAt(inputs, "organizationSlug") ?? "",
      outputs: await write(client, inputs),
    }),
    update: (client, _id, inputs) => write(client, inputs),
    remove: async (client, id) => {
      await write(client, { organizationSlug: id });
    },
    read: async (client, id) => {
      const found = await client.read(path(id));
      return (
        found && {
          defaultWorkflowPermissions: textAt(found, "default_workflow_permissions") ?? "read",
          canApprovePullRequestReviews: valueAt(found, "can_approve_pull_request_reviews") ?? false,
        }
      );
    },
  };
}
