import { materialKeys, type VaultInitConfig } from "../../components/vault/init-config";
import { InitError } from "./errors";
import type { Kubernetes } from "./kubernetes";
import { hide, type Log } from "../shared/log";
import { type Health, VaultError, type VaultServer } from "./vault";
import { sleep } from "./wait";

/** What all steps work with. No step leaves anything in memory for the next: each reads what it needs anew. */
export interface Context {
  readonly config: VaultInitConfig;
  readonly kubernetes: Kubernetes;
  readonly servers: readonly VaultServer[];
  readonly log: Log;
  /** Does what must not be broken off, even when the program is told to end. */
  readonly uninterrupted: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The data of a Secret; none if there is no such Secret. */
export async function dataOf({ kubernetes }: Context, secret: string): Promise<Readonly<Record<string, string>>> {
  const data = (await kubernetes.getSecret(secret))?.data ?? {};
  for (const [key, value] of Object.entries(data))
    if (key === materialKeys.rootToken || key.startsWith("share-")) hide(value.trim());
  return data;
}

/** What each server says; those that do not answer say nothing. */
export async function healths({ servers }: Context): Promise<{ server: VaultServer; health?: Health }[]> {
  return Promise.all(
    servers.map(async (server) => {
      try {
        return { server, health: await server.health() };
      } catch {
        return { server };
      }
    }),
  );
}

/** The server that leads. Requests go there, so that none depends on being forwarded. */
export async function leader(context: Context): Promise<VaultServer> {
  const { pollSeconds, waitSeconds } = context.config.timing;
  const deadline = Date.now() + waitSeconds * 1000;
  for (;;) {
    const found = (await healths(context)).find(({ health }) => health && isActive(health));
    if (found) return found.server;
    if (Date.now() > deadline) throw new InitError({ path: "vault", what: `no server leads after ${waitSeconds} s` });
    await sleep(pollSeconds);
  }
}

export function isActive({ initialized, sealed, standby }: Health): boolean {
  return initialized && !sealed && !standby;
}

/** The root token as long as it is good, afterwards the login of Pulumi. */
export async function administrator(context: Context): Promise<{ readonly token: string; readonly root: boolean }> {
  const token = await rootToken(context);
  return token === undefined ? { token: await logIn(context), root: false } : { token, root: true };
}

/** `undefined` if none is kept, or the one that is kept has been revoked. */
export async function rootToken(context: Context): Promise<string | undefined> {
  // People who put one there may have ended it with a line break.
  const token = (await dataOf(context, context.config.bootstrapSecret))[materialKeys.rootToken]?.trim();
  if (token === undefined) return undefined;
  try {
    await (await leader(context)).ask("GET", "auth/token/lookup-self", { token });
    return token;
  } catch (error) {
    if (error instanceof VaultError && error.status === 403) return undefined;
    throw error;
  }
}

/** Logs in as Pulumi will. A refusal may pass: rights to look at tokens are new as well. */
export async function logIn(context: Context): Promise<string> {
  const { login, timing } = context.config;
  const deadline = Date.now() + Math.min(timing.waitSeconds, 60) * 1000;
  for (;;) {
    try {
      const jwt = await context.kubernetes.requestToken(login.serviceAccount, login.audience);
      const server = await leader(context);
      const answer = await server.ask("POST", `auth/${login.mount}/login`, { body: { role: login.role, jwt } });
      const { auth } = (answer ?? {}) as { auth?: { client_token?: unknown } };
      if (typeof auth?.client_token !== "string") throw new Error(`${server.address} knows no login ${login.mount}`);
      hide(auth.client_token);
      return auth.client_token;
    } catch (error) {
      if (Date.now() > deadline) throw refused(context, error);
      await sleep(timing.pollSeconds);
    }
  }
}

function refused({ config }: Context, error: unknown): InitError {
  const { bootstrapSecret, login, namespace } = config;
  return new InitError({
    path: "vault.login",
    what: `role ${login.role} at ${login.mount} cannot log in: ${error instanceof Error ? error.message : String(error)}`,
    fix:
      `see that ServiceAccount ${login.serviceAccount} exists and that Vault's own may review tokens (system:auth-delegator); if the ` +
      `login itself is broken, put a root token as key ${materialKeys.rootToken} into Secret ${bootstrapSecret} of namespace ${namespace} and run again`,
  });
}
