import { readFileSync } from "node:fs";

import { send } from "./https";

/** What `sys/health` says of a server. */
export interface Health {
  readonly initialized: boolean;
  readonly sealed: boolean;
  readonly standby: boolean;
}

export interface VaultServer {
  readonly address: string;
  /** @throws Error if the server does not answer */
  readonly health: () => Promise<Health>;
  /**
   * A request of the API, below `/v1/`.
   *
   * @returns the answer's body; `undefined` for a 404
   * @throws VaultError for what is refused, Error if the server does not answer
   */
  readonly ask: (method: "GET" | "POST" | "PUT", path: string, request?: VaultRequest) => Promise<unknown>;
}

export interface VaultRequest {
  readonly token?: string;
  readonly body?: object;
  /** @default 30 */
  readonly timeoutSeconds?: number;
}

export class VaultError extends Error {
  public constructor(
    public readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A server by its own address. The authority is read for each request, as cert-manager may renew it. */
export function vaultAt(address: string, caFile: string): VaultServer {
  const call = (method: string, path: string, { token, body, timeoutSeconds = 30 }: VaultRequest = {}) =>
    send({
      address,
      method,
      path: `/v1/${path}`,
      ca: readFileSync(caFile),
      headers: { ...(token !== undefined && { "x-vault-token": token }) },
      ...(body && { body }),
      timeoutSeconds,
    });
  return {
    address,
    health: async () => {
      const { status, body } = await call("GET", "sys/health", { timeoutSeconds: 5 });
      if (isHealth(body)) return body;
      throw new VaultError(status, `${address} answered ${status} to GET sys/health, without saying how it is`);
    },
    ask: async (method, path, request) => {
      const { status, body } = await call(method, path, request);
      if (status === 404) return undefined;
      if (status >= 200 && status < 300) return body;
      throw new VaultError(status, `${address} answered ${status} to ${method} ${path}: ${errorsOf(body)}`);
    },
  };
}

/** Every status of the health check has the same body. */
function isHealth(body: unknown): body is Health {
  const { initialized, sealed, standby } = (body ?? {}) as Partial<Record<keyof Health, unknown>>;
  return [initialized, sealed, standby].every((value) => typeof value === "boolean");
}

function errorsOf(body: unknown): string {
  const { errors } = (body ?? {}) as { errors?: unknown };
  return Array.isArray(errors) ? errors.join(", ") : "no reason given";
}
