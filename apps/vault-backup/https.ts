import type { IncomingMessage } from "node:http";
import { request } from "node:https";

import { BackupError } from "./errors";
import { messageOf } from "./log";
import { readAll } from "../shared/read-all";

export interface Call {
  readonly url: URL;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Authority that the server's certificate must be of. */
  readonly ca: Buffer;
  /** Certificate and key that this program shows, in PEM. @default none */
  readonly client?: { readonly cert: Buffer; readonly key: Buffer };
  readonly body?: unknown;
  /** Longest silence, in seconds: until the answer begins, and between its parts. */
  readonly idleSeconds: number;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly date: Date | undefined;
  /** Parsed; `undefined` if there was none or it was no JSON. */
  readonly body: unknown;
}

/** Nothing that is read whole is larger. */
const mostBytes = 4 * 1024 * 1024;

/**
 * Sends a request by a connection of its own and gives the answer as it begins. Redirects are not followed, and any status is an answer.
 *
 * @throws BackupError `tls` for a certificate that is not trusted; `vaultUnavailable`, to be tried again, when no answer came.
 */
export function open(call: Call): Promise<IncomingMessage> {
  const { url, method, headers = {}, ca, client, idleSeconds, signal } = call;
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  return new Promise((resolve, reject) => {
    const pending = request(
      url,
      {
        method,
        ca,
        ...client,
        agent: false,
        signal,
        timeout: idleSeconds * 1000,
        headers: {
          ...headers,
          ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
      },
      resolve,
    );
    pending.once("timeout", () => pending.destroy(new Error(`nothing heard for ${idleSeconds} s`)));
    // It stays: what goes wrong after the answer has begun is reported here as well as by the answer.
    pending.on("error", (error) => reject(transportError(`${method} ${url.origin}${url.pathname}`, error, signal)));
    pending.end(body);
  });
}

/** Sends a request and reads the whole answer, which is JSON or nothing. */
export async function ask(call: Call): Promise<Answer> {
  const response = await open(call);
  const bytes = await readAll(response, mostBytes).catch((error: unknown) => {
    throw transportError(`${call.method} ${call.url.origin}${call.url.pathname}`, error, call.signal);
  });
  return {
    status: response.statusCode ?? 0,
    date: dateOf(response),
    body: parsed(bytes.toString("utf8")),
  };
}

/** The server's clock by its header `Date`. */
export function dateOf({ headers }: IncomingMessage): Date | undefined {
  const time = Date.parse(headers.date ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** Codes of OpenSSL and Node for a peer that cannot be trusted; there is no way around it but the right authority. */
const tlsCodes =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_|ERR_SSL_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|EPROTO)/;

/** Names address and reason, never what was sent. */
export function transportError(path: string, error: unknown, signal: AbortSignal): Error {
  if (error instanceof BackupError) return error;
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason : new Error(messageOf(error));
  const { code } = Object(error) as { code?: unknown };
  if (typeof code === "string" && tlsCodes.test(code)) {
    const problem = {
      path,
      what: `the certificate is not trusted: ${messageOf(error)} (${code})`,
      allowed: "a valid certificate of the configured authority",
      fix: "renew the certificate, or mount the present authority as vault.caFile",
    };
    return new BackupError("tls", problem, { cause: error });
  }
  return new BackupError("vaultUnavailable", { path, what: messageOf(error) }, { again: true, cause: error });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
