import { randomBytes } from "node:crypto";

import type { Reply } from "./stub-vault";

interface StubSecret {
  version: number;
  data: Record<string, string>;
}

const status = (code: number, reason: string, message = ""): Reply => ({
  status: code,
  body: { kind: "Status", reason, message },
});

/** Secrets of one namespace and tokens of its ServiceAccounts, for whoever shows the right token. */
export class StubKubernetes {
  /** Token of the pod. */
  public readonly token = `pod-${randomBytes(12).toString("hex")}`;
  public readonly secrets = new Map<string, StubSecret>();
  public readonly issued = new Map<string, { account: string; audience: string }>();
  /** Answers of these statuses come before real ones. */
  public readonly failures: number[] = [];

  /** The data of a Secret, decoded. */
  public dataOf(name: string): Record<string, string> | undefined {
    const secret = this.secrets.get(name);
    return secret && decoded(secret.data);
  }

  public put(name: string, data: Readonly<Record<string, string>>): void {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
    this.secrets.set(name, { version: 1, data: Object.fromEntries(encoded) as Record<string, string> });
  }

  public handle(method: string, path: string, token: string, body: Record<string, unknown>): Reply {
    if (token !== `Bearer ${this.token}`) return status(401, "Unauthorized");
    const account = /^\/api\/v1\/namespaces\/vault\/serviceaccounts\/([^/]+)\/token$/.exec(path)?.[1];
    if (account !== undefined) return this.issue(account, body);
    const [, name = ""] = /^\/api\/v1\/namespaces\/vault\/secrets(?:\/([^/]+))?$/.exec(path) ?? [];
    if (method === "POST") return this.create(body);
    const secret = this.secrets.get(name);
    if (!secret) return status(404, "NotFound");
    return method === "PATCH" ? this.patch(secret, body) : view(secret);
  }

  private issue(account: string, body: Record<string, unknown>): Reply {
    const { audiences } = body["spec"] as { audiences: string[] };
    const token = `jwt-${randomBytes(12).toString("hex")}`;
    this.issued.set(token, { account, audience: audiences[0] ?? "" });
    return { status: 201, body: { status: { token } } };
  }

  private create(body: Record<string, unknown>): Reply {
    const { name } = body["metadata"] as { name: string };
    if (this.secrets.has(name)) return status(409, "AlreadyExists");
    const secret = { version: 1, data: body["data"] as Record<string, string> };
    this.secrets.set(name, secret);
    return view(secret);
  }

  /** As a JSON merge patch; an API server that says no repeats what it was sent. */
  private patch(secret: StubSecret, body: Record<string, unknown>): Reply {
    const failure = this.failures.shift();
    if (failure !== undefined) return status(failure, "InternalError", `cannot store ${JSON.stringify(body)}`);
    const { resourceVersion } = (body["metadata"] ?? {}) as { resourceVersion?: string };
    if (resourceVersion !== undefined && resourceVersion !== String(secret.version)) return status(409, "Conflict");
    secret.version += 1;
    secret.data = body["data"] === null ? {} : { ...secret.data, ...(body["data"] as Record<string, string>) };
    return view(secret);
  }
}

function view({ version, data }: StubSecret): Reply {
  return { status: 200, body: { metadata: { resourceVersion: String(version) }, data } };
}

function decoded(data: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]);
  return Object.fromEntries(entries) as Record<string, string>;
}
