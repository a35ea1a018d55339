import { administrator, type Context, leader } from "./context";
import { InitError } from "./errors";
import type { Outcome } from "./initialise";
import type { VaultServer } from "./vault";

/** The leader, asked as whoever may configure it. */
interface Admin {
  readonly get: (path: string) => Promise<Readonly<Record<string, unknown>> | undefined>;
  readonly write: (path: string, body: object) => Promise<void>;
}

async function admin(context: Context): Promise<Admin> {
  const { token } = await administrator(context);
  const server = await leader(context);
  return { get: (path) => dataAt(server, path, token), write: (path, body) => write(server, path, token, body) };
}

/** Answers wrap what was asked for in `data`. */
export async function dataAt(
  server: VaultServer,
  path: string,
  token: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const answer = (await server.ask("GET", path, { token })) as { data?: Record<string, unknown> | null } | undefined;
  return answer?.data ?? undefined;
}

async function write(server: VaultServer, path: string, token: string, body: object): Promise<void> {
  await server.ask("POST", path, { token, body });
}

/** The first thing that is done with the root token, so that all that follows is on record. Two devices: one that fails does not stop Vault. */
export async function enableAudit(context: Context): Promise<Outcome> {
  const { audit } = context.config;
  if (!audit) return "already";
  const wanted = {
    ...(audit.stdout && { stdout: "stdout" }),
    ...(audit.file !== undefined && { file: audit.file }),
  };
  const { get, write: set } = await admin(context);
  const there = (await get("sys/audit")) ?? {};
  const lacking = Object.entries(wanted).filter(([device]) => there[`${device}/`] === undefined);
  for (const [device, file_path] of lacking) await set(`sys/audit/${device}`, { type: "file", options: { file_path } });
  return lacking.length > 0 ? "done" : "already";
}

/** The auth mount by which ServiceAccounts log in. */
export async function enableLogin(context: Context): Promise<Outcome> {
  const { mount } = context.config.login;
  const { get, write: set } = await admin(context);
  const there = (await get("sys/auth"))?.[`${mount}/`] as { type?: unknown } | undefined;
  if (there?.type === "kubernetes") return "already";
  if (there) {
    throw new InitError({
      path: "vault.login",
      what: `the auth mount ${mount} is of type ${String(there.type)}`,
      allowed: "kubernetes",
    });
  }
  await set(`sys/auth/${mount}`, { type: "kubernetes", description: "ServiceAccounts of the cluster" });
  return "done";
}

/** Without a token of a reviewer: servers then use that of their own pod, which Kubernetes renews. */
export async function configureLogin(context: Context): Promise<Outcome> {
  const { mount, kubernetesHost } = context.config.login;
  return ensure(context, `auth/${mount}/config`, { kubernetes_host: kubernetesHost });
}

export async function writePolicy(context: Context): Promise<Outcome> {
  const { name, text } = context.config.login.policy;
  return ensure(context, `sys/policies/acl/${name}`, { policy: text });
}

/** Tokens are of the type `service`, as they can be revoked; they carry this one policy, without `default`. */
export async function writeRole(context: Context): Promise<Outcome> {
  const { namespace, login } = context.config;
  return ensure(context, `auth/${login.mount}/role/${login.role}`, {
    bound_service_account_names: [login.serviceAccount],
    bound_service_account_namespaces: [namespace],
    audience: login.audience,
    token_policies: [login.policy.name],
    token_no_default_policy: true,
    token_ttl: login.ttlSeconds,
    token_max_ttl: login.ttlSeconds,
  });
}

/** Writes only what differs, so that another run leaves nothing in the audit log but questions. */
async function ensure(context: Context, path: string, wanted: Readonly<Record<string, unknown>>): Promise<Outcome> {
  const { get, write: set } = await admin(context);
  const there = (await get(path)) ?? {};
  const same = Object.entries(wanted).every(([key, value]) => JSON.stringify(there[key]) === JSON.stringify(value));
  if (same) return "already";
  await set(path, wanted);
  return "done";
}
