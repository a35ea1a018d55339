import { readFileSync } from "node:fs";

import { hide, type Log } from "../log";
import { canaryProblem, type Expectations, missing } from "./expectations";
import { failed, type Target } from "./target";

/**
 * Who looks at the restored data. `cert`: a role of the source on an auth mount of type cert, which knows the authority of the drill's certificate.
 * `jwt`: a role on one of type jwt with fixed `jwt_validation_pubkeys`. Neither needs the network. `token`: a token of the source, from a Secret.
 */
export type DrillLogin =
  | {
      readonly kind: "cert";
      readonly mount: string;
      readonly role: string;
      readonly certFile: string;
      readonly keyFile: string;
    }
  | { readonly kind: "jwt"; readonly mount: string; readonly role: string; readonly jwtFile: string }
  | { readonly kind: "token"; readonly tokenFile: string };

export interface ContentOptions {
  readonly login: DrillLogin | undefined;
  readonly expected: Expectations;
  readonly canaryPath: string | undefined;
  readonly takenAt: string;
  readonly log: Log;
}

export interface Content {
  readonly checked: boolean;
  readonly problems: readonly string[];
  readonly canary?: string | undefined;
  readonly mounts?: readonly string[] | undefined;
  readonly auth?: readonly string[] | undefined;
  readonly policies?: readonly string[] | undefined;
}

/** Looks whether the restored Vault holds what it should. Values of secrets are not read, but for the canary's. */
export async function checkContent(target: Target, options: ContentOptions): Promise<Content> {
  const { login, expected, canaryPath, takenAt, log } = options;
  if (!login) {
    log("warn", "drill", { phase: "content", reason: "not looked at: no login is given" });
    return { checked: false, problems: [] };
  }
  const token = await logIn(target, login);
  const found = {
    mounts: await read(target, token, "GET", "sys/mounts", Object.keys),
    auth: await read(target, token, "GET", "sys/auth", Object.keys),
    policies: await read(target, token, "LIST", "sys/policies/acl", keysOf),
  };
  const problems = missing(expected, found);
  if (canaryPath === undefined) return { checked: true, problems, ...found };
  const canary = await read(target, token, "GET", canaryPath, writtenAt).catch(() => undefined);
  const problem = canaryProblem(canary, takenAt);
  return { checked: true, problems: problem === undefined ? problems : [...problems, problem], canary, ...found };
}

async function logIn(target: Target, login: DrillLogin): Promise<string> {
  const token = login.kind === "token" ? readSecret(login.tokenFile) : await logInAt(target, login);
  hide(token);
  return token;
}

async function logInAt(target: Target, login: Exclude<DrillLogin, { kind: "token" }>): Promise<string> {
  const path = `auth/${login.mount}/login`;
  const { status, body } = await target.ask("POST", path, credentialsOf(login));
  const { auth } = Object(body) as { auth?: unknown };
  const { client_token: token } = Object(auth) as { client_token?: unknown };
  if (typeof token === "string") return token;
  const known =
    login.kind === "cert" ? "the authority of this certificate" : "the keys that sign tokens of ServiceAccounts now";
  throw failed(
    `POST ${path}`,
    `answered ${status} for the role ${login.role}`,
    `see that the source had the role when the backup was taken, with ${known}; a backup that is made now has it`,
  );
}

function credentialsOf(login: Exclude<DrillLogin, { kind: "token" }>) {
  if (login.kind === "cert") {
    const client = { cert: readFileSync(login.certFile), key: readFileSync(login.keyFile) };
    return { body: { name: login.role }, client };
  }
  const jwt = readSecret(login.jwtFile);
  hide(jwt);
  return { body: { role: login.role, jwt } };
}

function readSecret(file: string): string {
  return readFileSync(file, "utf8").trim();
}

async function read<T>(
  target: Target,
  token: string,
  method: "GET" | "LIST",
  path: string,
  of: (data: object) => T,
): Promise<T> {
  const { status, body } = await target.ask(method, path, { token });
  if (status !== 200) throw failed(`${method} ${path}`, `answered ${status}`, "allow the drill's policy to read it");
  const { data } = Object(body) as { data?: unknown };
  return of(Object(data) as object);
}

function keysOf(data: object): string[] {
  const { keys } = data as { keys?: unknown };
  return Array.isArray(keys) ? keys.map(String) : [];
}

/** Version 2 of KV wraps what was written. */
function writtenAt(data: object): string | undefined {
  const { data: inner } = data as { data?: unknown };
  const { writtenAt: time } = Object(inner) as { writtenAt?: unknown };
  return typeof time === "string" ? time : undefined;
}
