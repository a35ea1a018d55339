import type { Kinds, ResourceKind } from "../rest/kind.js";
import { ProviderError } from "../shared/errors.js";
import { type JsonObject, numberAt, textAt, valueAt } from "../shared/json.js";
import type { GithubClient } from "./client.js";
import { selectedRepositories } from "./repositories.js";

/** Runner groups of an organization. */
export const runnerGroupKinds: Kinds<GithubClient> = {
  "github:index/actionsRunnerGroup:ActionsRunnerGroup": runnerGroup(),
};

function runnerGroup(): ResourceKind<GithubClient> {
  const body = (inputs: JsonObject): JsonObject => ({
    name: inputs["name"],
    visibility: inputs["visibility"],
    allows_public_repositories: inputs["allowsPublicRepositories"] ?? false,
    restricted_to_workflows: inputs["restrictedToWorkflows"] ?? false,
    selected_workflows: inputs["selectedWorkflows"] ?? [],
  });
  return {
    replaces: [],
    required: ["name", "visibility"],
    create: async (client, inputs) => {
      const made = await client.write("POST", client.actions("runner-groups"), {
        ...body(inputs),
        selected_repository_ids: inputs["selectedRepositoryIds"] ?? [],
      });
      const id = numberAt(made, "id");
      if (id === undefined) throw new ProviderError("GitHub made a runner group and gave no id of it");
      return { id: String(id), outputs: outputs(made) };
    },
    update: async (client, id, inputs) => {
      const made = await client.write("PATCH", client.actions("runner-groups", id), body(inputs));
      await client.write("PUT", client.actions("runner-groups", id, "repositories"), {
        selected_repository_ids: inputs["selectedRepositoryIds"] ?? [],
      });
      return outputs(made);
    },
    remove: (client, id) => client.remove(client.actions("runner-groups", id)),
    read: async (client, id, old) => {
      const found = await client.read(client.actions("runner-groups", id));
      if (!found) return undefined;
      return {
        name: textAt(found, "name") ?? "",
        visibility: textAt(found, "visibility") ?? "",
        allowsPublicRepositories: valueAt(found, "allows_public_repositories") ?? false,
        restrictedToWorkflows: valueAt(found, "restricted_to_workflows") ?? false,
        ...(old["selectedWorkflows"] !== undefined && {
          selectedWorkflows: valueAt(found, "selected_workflows") ?? [],
        }),
        ...(await selectedRepositories(client, client.actions("runner-groups", id, "repositories"), found, old)),
      };
    },
  };
}

function outputs(group: JsonObject): JsonObject {
  return {
    default: valueAt(group, "default") ?? false,
    inherited: valueAt(group, "inherited") ?? false,
    runnersUrl: textAt(group, "runners_url") ?? "",
    selectedRepositoriesUrl: textAt(group, "selected_repositories_url") ?? "",
  };
}
