import { requestJson } from "../../apps/shared/json-request";

export interface VaultLoginRequest {
  /** https://HOST[:PORT] */
  readonly address: string;
  /** Name that the certificate must have. @default that of the address */
  readonly tlsServerName?: string;
  /** PEM of the authority. */
  readonly authority: string;
  readonly mount: string;
  readonly role: string;
  /** Token of the ServiceAccount. */
  readonly jwt: string;
}

/** What Vault answered, as a status and without what was sent. */
export class LoginRefused extends Error {
  public constructor(
    public readonly status: number,
    reason: string,
  ) {
    super(`Vault answered ${status}: ${reason}`);
  }
}

const timeoutMs = 10_000;
const mostBytes = 1024 * 1024;

/**
 * Logs in.
 *
 * @returns a token of Vault
 * @throws LoginRefused for any answer without a token, Error if none came
 */
export async function requestLogin(args: VaultLoginRequest): Promise<string> {
  const { address, tlsServerName, authority, mount, role, jwt } = args;
  const { status, body } = await requestJson({
    url: new URL(`/v1/auth/${mount}/login`, address),
    method: "POST",
    ca: authority,
    ...(tlsServerName !== undefined && { servername: tlsServerName }),
    body: { role, jwt },
    timeoutMs,
    mostBytes,
  });
  const { auth, errors } = (body ?? {}) as { auth?: { client_token?: unknown }; errors?: unknown };
  if (typeof auth?.client_token === "string") return auth.client_token;
  throw new LoginRefused(status, Array.isArray(errors) && errors.length > 0 ? errors.join(", ") : "no reason given");
}
