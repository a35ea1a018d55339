import { readFileSync } from "node:fs";
import { join } from "node:path";

import { type JsonAnswer, requestJson } from "../shared/json-request";

/** What of an AutoscalingRunnerSet this program looks at. */
export interface ScaleSet {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly minRunners?: number; readonly maxRunners?: number };
  readonly status?: { readonly phase?: string };
}

/** The two requests that this program makes. */
export interface ScaleSets {
  /** `undefined` if there is none of that name. */
  readonly get: (namespace: string, name: string) => Promise<ScaleSet | undefined>;
  /** A JSON merge patch. */
  readonly patch: (namespace: string, name: string, body: object) => Promise<ScaleSet>;
}

export class ApiError extends Error {
  public constructor(
    public readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Connection {
  readonly host: string;
  readonly port: string;
  /** Folder with `token` and `ca.crt`, as the kubelet mounts it. */
  readonly serviceAccount: string;
  /** Under which the written fields are owned. */
  readonly fieldManager: string;
}

const timeoutMs = 15_000;
/** A scale set holds a pod template; much more than this is no answer to expect. */
const mostBytes = 8 * 1024 * 1024;

/** Scale sets by way of the API server. Token and authority are read anew for each request, because the kubelet renews them in place. */
export function connect(connection: Connection): ScaleSets {
  const path = (namespace: string, name: string): string =>
    `/apis/actions.github.com/v1alpha1/namespaces/${encodeURIComponent(namespace)}/autoscalingrunnersets/${encodeURIComponent(name)}`;
  const manager = encodeURIComponent(connection.fieldManager);
  return {
    get: async (namespace, name) => {
      try {
        return await send(connection, "GET", path(namespace, name));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    patch: (namespace, name, body) =>
      send(connection, "PATCH", `${path(namespace, name)}?fieldManager=${manager}`, body),
  };
}

async function send(
  { host, port, serviceAccount }: Connection,
  method: string,
  path: string,
  body?: object,
): Promise<ScaleSet> {
  const answer = await requestJson({
    url: new URL(path, `https://${host.includes(":") ? `[${host}]` : host}:${port}`),
    method,
    ca: readFileSync(join(serviceAccount, "ca.crt")),
    headers: { authorization: `Bearer ${readFileSync(join(serviceAccount, "token"), "utf8").trim()}` },
    ...(body !== undefined && { body, contentType: "application/merge-patch+json" }),
    timeoutMs,
    mostBytes,
  });
  if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.text) as ScaleSet;
  throw new ApiError(answer.status, `the API server answered ${answer.status}: ${reasonOf(answer)}`);
}

/** The message of a Kubernetes `Status`, or the beginning of whatever else a proxy in between may have sent. */
function reasonOf({ body, text }: JsonAnswer): string {
  const { message } = (body ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : text.slice(0, 200);
}
