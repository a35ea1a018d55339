import type { IncomingMessage } from "node:http";
import { readFileSync } from "node:fs";

import type { VaultConfig } from "./config";
import { BackupError } from "./errors";
import { type Answer, ask, open } from "./https";
import { hide, messageOf } from "./log";
import { mostRedirects, redirectTarget } from "./redirects";

/** What `sys/health` says of the cluster. */
export interface Cluster {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Local clock minus Vault's, milliseconds; 0 if Vault gave no date. */
  readonly clockSkewMs: number;
}

export interface VaultClient {
  /** @throws BackupError `vaultUnavailable` while it is sealed, not initialised or without a leader */
  readonly cluster: () => Promise<Cluster>;
  /** By the token of the ServiceAccount, which is read anew each time. @throws BackupError `loginRefused` */
  readonly logIn: () => Promise<string>;
  /** @throws BackupError `permissionDenied` */
  readonly write: (token: string, path: string, body: object) => Promise<void>;
  /** The snapshot as it begins to arrive. @throws BackupError `permissionDenied`, `redirectRefused`, `vaultUnavailable` */
  readonly snapshot: (token: string) => Promise<IncomingMessage>;
  /** Never fails: a token that stays ends by its own time to live. */
  readonly revoke: (token: string) => Promise<void>;
}

const snapshotPath = "/v1/sys/storage/raft/snapshot";
const idleSeconds = 30;
/** The server reads its whole database for the size before the first byte leaves. */
const snapshotIdleSeconds = 120;

/** @param signal ends whatever is under way */
export function vaultClient(config: VaultConfig, signal: AbortSignal): VaultClient {
  const { address, peers, caFile, loginMount, role, tokenFile } = config;
  const send = (method: string, path: string, request: { token?: string; body?: unknown } = {}): Promise<Answer> =>
    ask({
      url: new URL(path, address),
      method,
      headers: { "x-vault-request": "true", ...(request.token !== undefined && { "x-vault-token": request.token }) },
      // Read for each request, as cert-manager may renew it.
      ca: read(caFile, "vault.caFile"),
      ...(request.body !== undefined && { body: request.body }),
      idleSeconds,
      signal,
    });
  return {
    cluster: async () => {
      const sent = Date.now();
      const answer = await send("GET", "/v1/sys/health?standbyok=true&perfstandbyok=true");
      return clusterOf(answer, address, (sent + Date.now()) / 2);
    },
    logIn: async () => {
      const path = `/v1/auth/${loginMount}/login`;
      const jwt = read(tokenFile, "vault.tokenFile").toString("utf8").trim();
      hide(jwt);
      const answer = await send("POST", path, { body: { role, jwt } });
      const token = tokenOf(answer);
      if (token !== undefined) {
        hide(token);
        return token;
      }
      if (![400, 401, 403, 404].includes(answer.status)) throw unavailable(`POST ${address}${path}`, answer);
      throw new BackupError("loginRefused", {
        path: `POST ${address}${path}`,
        what: `the login by the role ${role} is refused: ${reasonOf(answer)}`,
        fix: "see that the role is bound to this ServiceAccount, its namespace and the audience of the token",
      });
    },
    write: async (token, path, body) => {
      const answer = await send("POST", `/v1/${path}`, { token, body });
      if (answer.status >= 200 && answer.status < 300) return;
      if (answer.status === 403) throw denied(`POST ${path}`, "create and update");
      throw unavailable(`POST ${address}/v1/${path}`, answer);
    },
    snapshot: async (token) => {
      let url = new URL(snapshotPath, address);
      for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
        const ca = read(caFile, "vault.caFile");
        const headers = { "x-vault-request": "true", "x-vault-token": token };
        const response = await open({ url, method: "GET", headers, ca, idleSeconds: snapshotIdleSeconds, signal });
        const { statusCode: status = 0 } = response;
        if (status === 200) return response;
        response.destroy();
        if (status === 403) throw denied(`GET ${snapshotPath.slice(4)}`, "read");
        if (![301, 302, 303, 307, 308].includes(status))
          throw unavailable(`GET ${url.href}`, { status, date: undefined, body: undefined });
        url = redirectTarget(url, response.headers.location, [address, ...peers]);
      }
      const what = `redirected more than ${mostRedirects} times`;
      throw new BackupError("redirectRefused", { path: `GET ${address}${snapshotPath}`, what }, { again: true });
    },
    revoke: async (token) => {
      await send("POST", "/v1/auth/token/revoke-self", { token }).catch(() => undefined);
    },
  };
}

function clusterOf(answer: Answer, address: string, now: number): Cluster {
  const { status, body, date } = answer;
  const { cluster_id: id, cluster_name: name, version } = Object(body) as Record<string, unknown>;
  if (status !== 200 || typeof id !== "string") throw unavailable(`GET ${address}/v1/sys/health`, answer);
  return {
    id,
    name: typeof name === "string" ? name : "",
    version: typeof version === "string" ? version : "unknown",
    // The header has whole seconds, cut off.
    clockSkewMs: date === undefined ? 0 : Math.round(now - date.getTime() - 500),
  };
}

const meanings: Readonly<Record<number, string>> = {
  429: "it is a standby, or a quota of requests is used up",
  472: "it is a secondary for disaster recovery",
  474: "it is a standby that does not reach the leader",
  500: "it has no leader",
  501: "it is not initialised",
  503: "it is sealed",
  530: "it was removed from the cluster",
};

function unavailable(path: string, answer: Answer): BackupError {
  const meaning = meanings[answer.status];
  const what = `answered ${answer.status}${meaning === undefined ? "" : `, which says that ${meaning}`}: ${reasonOf(answer)}`;
  // What is wrong with a request stays wrong; everything else may pass.
  const again = answer.status >= 500 || [408, 412, 425, 429, 472, 473, 474].includes(answer.status);
  return new BackupError("vaultUnavailable", { path, what }, { again });
}

function denied(path: string, capability: string): BackupError {
  return new BackupError("permissionDenied", {
    path,
    what: "permission denied, with a new token too",
    fix: `give the role's policy ${capability} on this path`,
  });
}

function tokenOf({ status, body }: Answer): string | undefined {
  const { auth } = Object(body) as { auth?: unknown };
  const { client_token: token } = Object(auth) as { client_token?: unknown };
  return status === 200 && typeof token === "string" && token !== "" ? token : undefined;
}

/** Vault's own reasons; they name paths and roles, never values. */
function reasonOf({ body }: Answer): string {
  const { errors } = Object(body) as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? errors.join(", ") : "no reason given";
}

function read(file: string, setting: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new BackupError(
      "configuration",
      { path: setting, what: messageOf(error), allowed: "a file that can be read" },
      { cause: error },
    );
  }
}
