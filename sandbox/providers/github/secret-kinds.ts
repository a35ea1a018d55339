import type { Kinds, ResourceKind } from "../rest/kind.js";
import { type JsonObject, textAt } from "../shared/json.js";
import { ProviderError } from "../shared/errors.js";
import type { GithubClient } from "./client.js";
import { selectedRepositories } from "./repositories.js";
import { seal } from "./seal.js";

/** Secrets and variables of an organization. */
export const secretKinds: Kinds<GithubClient> = {
  "github:index/actionsOrganizationSecret:ActionsOrganizationSecret": organizationSecret(),
  "github:index/actionsOrganizationVariable:ActionsOrganizationVariable": organizationVariable(),
};

function organizationSecret(): ResourceKind<GithubClient> {
  const write = async (client: GithubClient, inputs: JsonObject): Promise<JsonObject> => {
    const name = textAt(inputs, "secretName") ?? "";
    const { key, keyId } = await publicKey(client);
    await client.write("PUT", client.actions("secrets", name), {
      encrypted_value: await seal(textAt(inputs, "value") ?? "", key),
      key_id: keyId,
      visibility: inputs["visibility"],
      // Left out, GitHub takes it for none.
      ...(inputs["selectedRepositoryIds"] && { selected_repository_ids: inputs["selectedRepositoryIds"] }),
    });
    const made = await client.read(client.actions("secrets", name));
    const updatedAt = textAt(made, "updated_at") ?? "";
    return { keyId, createdAt: textAt(made, "created_at") ?? "", updatedAt, remoteUpdatedAt: updatedAt };
  };
  return {
    replaces: ["secretName"],
    required: ["secretName", "visibility"],
    create: async (client, inputs) => ({
      id: textAt(inputs, "secretName") ?? "",
      outputs: await write(client, inputs),
    }),
    update: (client, _id, inputs) => write(client, inputs),
    remove: (client, name) => client.remove(client.actions("secrets", name)),
    read: async (client, name, old) => {
      const found = await client.read(client.actions("secrets", name));
      if (!found) return undefined;
      return {
        visibility: textAt(found, "visibility") ?? "",
        ...(await selectedRepositories(client, client.actions("secrets", name, "repositories"), found, old)),
      };
    },
  };
}

async function publicKey(client: GithubClient): Promise<{ readonly key: string; readonly keyId: string }> {
  const answer = await client.read(client.actions("secrets", "public-key"));
  const [key, keyId] = [textAt(answer, "key"), textAt(answer, "key_id")];
  if (key !== undefined && keyId !== undefined) return { key, keyId };
  throw new ProviderError(
    `GitHub has no secrets of ${client.owner} for this token: it needs read and write access to the organization's secrets`,
  );
}

function organizationVariable(): ResourceKind<GithubClient> {
  const body = (inputs: JsonObject): JsonObject => ({
    name: inputs["variableName"],
    value: inputs["value"],
    visibility: inputs["visibility"],
    ...(inputs["selectedRepositoryIds"] && { selected_repository_ids: inputs["selectedRepositoryIds"] }),
  });
  const times = async (client: GithubClient, name: string): Promise<JsonObject> => {
    const made = await client.read(client.actions("variables", name));
    return { createdAt: textAt(made, "created_at") ?? "", updatedAt: textAt(made, "updated_at") ?? "" };
  };
  return {
    replaces: ["variableName"],
    required: ["variableName", "value", "visibility"],
    create: async (client, inputs) => {
      const name = textAt(inputs, "variableName") ?? "";
      await client.write("POST", client.actions("variables"), body(inputs));
      return { id: name, outputs: await times(client, name) };
    },
    update: async (client, name, inputs) => {
      await client.write("PATCH", client.actions("variables", name), body(inputs));
      return times(client, name);
    },
    remove: (client, name) => client.remove(client.actions("variables", name)),
    read: async (client, name, old) => {
      const found = await client.read(client.actions("variables", name));
      if (!found) return undefined;
      return {
        value: textAt(found, "value") ?? "",
        visibility: textAt(found, "visibility") ?? "",
        ...(await selectedRepositories(client, client.actions("variables", name, "repositories"), found, old)),
      };
    },
  };
}
