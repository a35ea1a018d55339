import type { Kinds, ResourceKind } from "../rest/kind.js";
import { type JsonObject, textAt, valueAt } from "../shared/json.js";
import type { VaultClient } from "./client.js";
import { loginKinds } from "./login-kinds.js";
import { body, seen, text } from "./names.js";

/** The resource types of `@pulumi/vault` that this platform uses. */
export const vaultKinds: Kinds<VaultClient> = {
  ...loginKinds,
  "vault:index/mount:Mount": mount(),
  "vault:kv/secretBackendV2:SecretBackendV2": keyValueSettings(),
  "vault:index/policy:Policy": policy(),
  "vault:index/raftAutopilot:RaftAutopilot": autopilot(),
};

function mount(): ResourceKind<VaultClient> {
  const outputs = async (client: VaultClient, path: string): Promise<JsonObject> => {
    const mounts = await client.read("sys/mounts");
    return { accessor: textAt(mounts, `${path}/`, "accessor") ?? "" };
  };
  return {
    replaces: ["path", "type", "local", "sealWrap", "namespace"],
    required: ["path", "type"],
    create: async (client, inputs) => {
      const path = text(inputs, "path");
      await client.write(`sys/mounts/${path}`, body(inputs, "type", "description", "options", "local", "sealWrap"));
      return { id: path, outputs: await outputs(client, path) };
    },
    update: async (client, path, inputs) => {
      await client.write(`sys/mounts/${path}/tune`, {
        description: text(inputs, "description"),
        ...body(inputs, "options"),
      });
      return outputs(client, path);
    },
    remove: (client, path) => client.remove(`sys/mounts/${path}`),
    read: async (client, path, old) => {
      const found = valueAt(await client.read("sys/mounts"), `${path}/`) as JsonObject | undefined;
      return found && seen(found, old, "type", "description");
    },
  };
}

/** Settings of an engine that is there already; they go with it. */
function keyValueSettings(): ResourceKind<VaultClient> {
  const fields = ["maxVersions", "casRequired", "deleteVersionAfter"] as const;
  const path = (inputs: JsonObject): string => `${text(inputs, "mount")}/config`;
  const write = async (client: VaultClient, inputs: JsonObject): Promise<JsonObject> => {
    await client.write(path(inputs), body(inputs, ...fields));
    return {};
  };
  return {
    replaces: ["mount", "namespace"],
    required: ["mount"],
    create: async (client, inputs) => ({ id: path(inputs), outputs: await write(client, inputs) }),
    update: (client, _id, inputs) => write(client, inputs),
    remove: () => Promise.resolve(),
    read: async (client, id, old) => {
      const data = await client.read(id);
      return data && seen(data, old, "maxVersions", "casRequired");
    },
  };
}

function policy(): ResourceKind<VaultClient> {
  const path = (name: string): string => `sys/policies/acl/${name}`;
  return {
    replaces: ["name", "namespace"],
    required: ["name", "policy"],
    create: async (client, inputs) => {
      const name = text(inputs, "name");
      await client.write(path(name), body(inputs, "policy"), "PUT");
      return { id: name, outputs: {} };
    },
    update: async (client, name, inputs) => {
      await client.write(path(name), body(inputs, "policy"), "PUT");
      return {};
    },
    remove: (client, name) => client.remove(path(name)),
    read: async (client, name, old) => {
      const data = await client.read(path(name));
      return data && seen(data, old, "policy");
    },
  };
}

/** There is one per cluster, and it always exists: what is removed is only that somebody cares. */
function autopilot(): ResourceKind<VaultClient> {
  const path = "sys/storage/raft/autopilot/configuration";
  const write = async (client: VaultClient, inputs: JsonObject): Promise<JsonObject> => {
    await client.write(
      path,
      body(
        inputs,
        ...["cleanupDeadServers", "deadServerLastContactThreshold", "lastContactThreshold", "maxTrailingLogs"],
        ...["minQuorum", "serverStabilizationTime", "disableUpgradeMigration"],
      ),
    );
    return {};
  };
  return {
    replaces: ["namespace"],
    required: [],
    create: async (client, inputs) => ({ id: path, outputs: await write(client, inputs) }),
    update: (client, _id, inputs) => write(client, inputs),
    remove: () => Promise.resolve(),
    read: async (client, _id, old) => {
      const data = await client.read(path);
      return data && seen(data, old, "cleanupDeadServers", "maxTrailingLogs", "minQuorum");
    },
  };
}
