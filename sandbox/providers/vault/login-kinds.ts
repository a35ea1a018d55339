import type { Kinds, ResourceKind } from "../rest/kind.js";
import { isObject, type Json, type JsonObject, textAt, valueAt } from "../shared/json.js";
import type { VaultClient } from "./client.js";
import { body, seen, text, wholeBody } from "./names.js";

/** Auth methods and their roles. */
export const loginKinds: Kinds<VaultClient> = {
  "vault:jwt/authBackend:AuthBackend": jwtMount(),
  "vault:index/authBackend:AuthBackend": plainMount(),
  "vault:index/certAuthBackendRole:CertAuthBackendRole": role(
    "name",
    certRole,
    ["certificate", "allowedDnsSans", "tokenPolicies", "tokenTtl", "tokenMaxTtl", "tokenNoDefaultPolicy"],
    "certs",
  ),
  "vault:jwt/authBackendRole:AuthBackendRole": role("roleName", jwtRole, [
    ...["boundAudiences", "userClaim", "tokenPolicies", "tokenTtl", "tokenMaxTtl", "tokenType", "tokenNoDefaultPolicy"],
  ]),
  "vault:kubernetes/authBackendRole:AuthBackendRole": role("roleName", kubernetesRole, [
    ...["boundServiceAccountNames", "boundServiceAccountNamespaces", "audience", "tokenPolicies", "tokenTtl"],
    ...["tokenMaxTtl", "tokenNoDefaultPolicy"],
  ]),
};

async function outputs(client: VaultClient, path: string): Promise<JsonObject> {
  const mounts = await client.read("sys/auth");
  return { accessor: textAt(mounts, `${path}/`, "accessor") ?? "" };
}

function jwtMount(): ResourceKind<VaultClient> {
  const configure = (client: VaultClient, path: string, inputs: JsonObject): Promise<void> =>
    client.write(
      `auth/${path}/config`,
      wholeBody(inputs, { oidcDiscoveryUrl: "", oidcDiscoveryCaPem: "", boundIssuer: "", defaultRole: "" }),
    );
  return {
    replaces: ["path", "type", "local", "namespace"],
    required: ["path", "oidcDiscoveryUrl"],
    create: async (client, inputs) => {
      const path = text(inputs, "path");
      await client.write(`sys/auth/${path}`, { type: text(inputs, "type") || "jwt", ...body(inputs, "description") });
      // Half of it would be in the way of the next attempt, which knows nothing of this one.
      await configure(client, path, inputs).catch(async (error: unknown) => {
        await client.remove(`sys/auth/${path}`);
        throw error;
      });
      return { id: path, outputs: await outputs(client, path) };
    },
    update: async (client, path, inputs) => {
      await client.write(`sys/auth/${path}/tune`, { description: text(inputs, "description") });
      await configure(client, path, inputs);
      return outputs(client, path);
    },
    remove: (client, path) => client.remove(`sys/auth/${path}`),
    read: async (client, path, old) => {
      const mounts = await client.read("sys/auth");
      if (valueAt(mounts, `${path}/`) === undefined) return undefined;
      const config = (await client.read(`auth/${path}/config`)) ?? {};
      return seen(config, old, "oidcDiscoveryUrl", "boundIssuer");
    },
  };
}

/** An auth method whose roles are all that there is to it. */
function plainMount(): ResourceKind<VaultClient> {
  return {
    replaces: ["path", "type", "local", "namespace"],
    required: ["path", "type"],
    create: async (client, inputs) => {
      const path = text(inputs, "path");
      await client.write(`sys/auth/${path}`, { type: text(inputs, "type"), ...body(inputs, "description") });
      return { id: path, outputs: await outputs(client, path) };
    },
    update: async (client, path, inputs) => {
      await client.write(`sys/auth/${path}/tune`, { description: text(inputs, "description") });
      return outputs(client, path);
    },
    remove: (client, path) => client.remove(`sys/auth/${path}`),
    read: async (client, path, old) => {
      const found = valueAt(await client.read("sys/auth"), `${path}/`) as JsonObject | undefined;
      return found && seen(found, old, "type", "description");
    },
  };
}

/** A role below `auth/<backend>/role/`, or another folder; `nameKey` is the input with its name. */
function role(
  nameKey: string,
  request: (inputs: JsonObject) => JsonObject,
  readable: readonly string[],
  folder = "role",
): ResourceKind<VaultClient> {
  const path = (inputs: JsonObject): string => `auth/${text(inputs, "backend")}/${folder}/${text(inputs, nameKey)}`;
  return {
    replaces: ["backend", nameKey, "namespace"],
    required: [nameKey],
    create: async (client, inputs) => {
      await client.write(path(inputs), request(inputs));
      return { id: path(inputs), outputs: {} };
    },
    update: async (client, id, inputs) => {
      await client.write(id, request(inputs));
      return {};
    },
    remove: (client, id) => client.remove(id),
    read: async (client, id, old) => {
      const data = await client.read(id);
      return data && seen(data, old, ...readable);
    },
  };
}

/** What both kinds of roles say of the tokens they give. */
const tokenFields: Readonly<Record<string, Json>> = {
  tokenPolicies: [],
  tokenTtl: 0,
  tokenMaxTtl: 0,
  tokenType: "default",
  tokenNoDefaultPolicy: false,
  tokenExplicitMaxTtl: 0,
  tokenNumUses: 0,
  tokenPeriod: 0,
  tokenBoundCidrs: [],
};

function jwtRole(inputs: JsonObject): JsonObject {
  return {
    ...wholeBody(inputs, {
      ...tokenFields,
      roleType: "oidc",
      boundAudiences: [],
      boundSubject: "",
      boundClaimsType: "string",
      userClaim: "",
      claimMappings: {},
    }),
    bound_claims: boundClaims(inputs),
  };
}

function certRole(inputs: JsonObject): JsonObject {
  return wholeBody(inputs, {
    ...tokenFields,
    certificate: "",
    displayName: "",
    allowedCommonNames: [],
    allowedDnsSans: [],
    allowedEmailSans: [],
    allowedUriSans: [],
    requiredExtensions: [],
  });
}

/** Unless told otherwise, the plugin takes a value with commas for several values, any of which may be there. */
function boundClaims(inputs: JsonObject): JsonObject {
  const claims = inputs["boundClaims"];
  if (!isObject(claims)) return {};
  if (inputs["disableBoundClaimsParsing"] === true) return claims;
  return Object.fromEntries(
    Object.entries(claims).map(([claim, value]) => [
      claim,
      typeof value === "string" ? value.split(",").map((each) => each.trim()) : value,
    ]),
  );
}

function kubernetesRole(inputs: JsonObject): JsonObject {
  return wholeBody(inputs, {
    ...tokenFields,
    boundServiceAccountNames: [],
    boundServiceAccountNamespaces: [],
    audience: "",
    aliasNameSource: "serviceaccount_uid",
  });
}
