import { readFileSync } from "node:fs";
import { join } from "node:path";

import { hide } from "../shared/log";
import { type Answer, send } from "./https";

/** A Secret's data, decoded. */
export interface Secret {
  readonly resourceVersion: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface SecretChange {
  /** What keys shall hold; `null` as a whole empties the Secret. */
  readonly data: Readonly<Record<string, string>> | null;
  /** Refuse the change if the Secret is not of this version any more. @default change it whatever it is now */
  readonly resourceVersion?: string;
}

/** The requests that this program makes. */
export interface Kubernetes {
  /** `undefined` if there is none of that name. */
  readonly getSecret: (name: string) => Promise<Secret | undefined>;
  /** Refused with status 409 if there is one of that name. */
  readonly createSecret: (name: string, data: Readonly<Record<string, Buffer>>) => Promise<void>;
  readonly changeSecret: (name: string, change: SecretChange) => Promise<void>;
  /** A token of a ServiceAccount for one audience, good for ten minutes. */
  readonly requestToken: (serviceAccount: string, audience: string) => Promise<string>;
}

export interface Connection {
  readonly host: string;
  readonly port: string;
  /** Folder with `token` and `ca.crt`, as the kubelet mounts it. */
  readonly serviceAccount: string;
  readonly namespace: string;
}

/** An answer that is a refusal. The message of the API server is left out: it may repeat what was sent. */
export class KubernetesError extends Error {
  public constructor(
    public readonly status: number,
    what: string,
    reason: string,
  ) {
    super(`the API server answered ${status}${reason} to ${what}`);
  }
}

const timeoutSeconds = 15;

/** Labels of Secrets that are made here. */
const labels = { "app.kubernetes.io/name": "vault-init", "app.kubernetes.io/part-of": "runner-platform" };

/** Secrets of one namespace by way of the API server. Token and authority are read anew for each request: the kubelet renews them in place. */
export function connect(connection: Connection): Kubernetes {
  const inNamespace = `/api/v1/namespaces/${encodeURIComponent(connection.namespace)}`;
  const path = (name: string): string => `${inNamespace}/secrets/${encodeURIComponent(name)}`;
  const ask = (method: string, at: string, body?: unknown, contentType?: string): Promise<unknown> =>
    request(connection, method, at, body, contentType);
  return {
    getSecret: async (name) => {
      try {
        return secretOf(await ask("GET", path(name)));
      } catch (error) {
        if (error instanceof KubernetesError && error.status === 404) return undefined;
        throw error;
      }
    },
    createSecret: async (name, data) => {
      await ask("POST", `${inNamespace}/secrets`, {
        apiVersion: "v1",
        kind: "Secret",
        type: "Opaque",
        metadata: { name, labels },
        data: mapValues(data, (value) => value.toString("base64")),
      });
    },
    changeSecret: async (name, { data, resourceVersion }) => {
      const encoded = data && mapValues(data, (value) => Buffer.from(value).toString("base64"));
      const body = { ...(resourceVersion !== undefined && { metadata: { resourceVersion } }), data: encoded };
      await ask("PATCH", path(name), body, "application/merge-patch+json");
    },
    requestToken: async (serviceAccount, audience) => {
      const answer = await ask("POST", `${inNamespace}/serviceaccounts/${encodeURIComponent(serviceAccount)}/token`, {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { audiences: [audience], expirationSeconds: 600 },
      });
      const { status } = answer as { status: { token: string } };
      hide(status.token);
      return status.token;
    },
  };
}

async function request(
  { host, port, serviceAccount }: Connection,
  method: string,
  path: string,
  body: unknown,
  contentType?: string,
): Promise<unknown> {
  const token = readFileSync(join(serviceAccount, "token"), "utf8").trim();
  hide(token);
  const answer = await send({
    address: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    method,
    path,
    ca: readFileSync(join(serviceAccount, "ca.crt")),
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body }),
    ...(contentType !== undefined && { contentType }),
    timeoutSeconds,
  });
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new KubernetesError(answer.status, `${method} ${path}`, reasonOf(answer));
}

/** The word of a Kubernetes `Status`, such as Forbidden. */
function reasonOf({ body }: Answer): string {
  const { reason } = (body ?? {}) as { reason?: unknown };
  return typeof reason === "string" ? ` (${reason})` : "";
}

function secretOf(body: unknown): Secret {
  const { metadata, data = {} } = body as { metadata: { resourceVersion: string }; data?: Record<string, string> };
  return {
    resourceVersion: metadata.resourceVersion,
    data: mapValues(data, (value) => Buffer.from(value, "base64").toString("utf8")),
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
