import { RegistryError } from "./errors";

export interface Outgoing {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export type Transport = (request: Outgoing) => Promise<Incoming>;

export interface TransportOptions {
  /** For one attempt, body included. @default 20 */
  readonly timeoutSeconds?: number;
  /** Attempts after the first. @default 3 */
  readonly retries?: number;
  /** @default waits for that time; tests replace it */
  readonly sleep?: (seconds: number) => Promise<void>;
  /** @default the system's clock, in milliseconds; for dates in Retry-After */
  readonly now?: () => number;
}

/** The OCI distribution specification asks registries to take manifests of up to 4 MiB; no image needs more. */
const bodyLimitBytes = 4 * 1024 * 1024;

/** A registry that asks for a longer pause than this will not be waited for. */
const longestPauseSeconds = 60;

const redirectLimit = 5;
const redirects = new Set([301, 302, 303, 307, 308]);
const worthRetrying = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Requests with a time limit, repeated when the network or the server failed for the moment (with the pause that `Retry-After` asks for),
 * and redirects followed without carrying credentials to another host or falling back to plain http.
 *
 * @throws RegistryError when no attempt brought an answer; answers of any status are returned, but 429 and 5xx after the last attempt
 */
export function transport(options: TransportOptions = {}): Transport {
  const { timeoutSeconds = 20, retries = 3, sleep = wait, now = Date.now } = options;
  return async (request) => {
    for (let attempt = 0; ; attempt += 1) {
      const result = await follow(request, timeoutSeconds).catch((error: unknown) => networkError(request.url, error));
      const failed = result instanceof Error || worthRetrying.has(result.status);
      if (!failed) return result;
      const pause = pauseSeconds(result, attempt, now());
      // What is wrong with an answer stays wrong.
      const final = result instanceof RegistryError && result.kind === "wrong";
      if (final || attempt >= retries || pause > longestPauseSeconds) throw lastError(request.url, result, pause);
      await sleep(pause);
    }
  };
}

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

async function follow(request: Outgoing, timeoutSeconds: number): Promise<Incoming> {
  let { url, headers } = request;
  for (let hops = 0; hops <= redirectLimit; hops += 1) {
    const response = await fetch(url, {
      method: request.method,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
      ...(request.body !== undefined && { body: request.body }),
    });
    const location =
      redirects.has(response.status) && request.method !== "POST" ? response.headers.get("location") : null;
    if (location === null)
      return { status: response.status, headers: response.headers, body: await read(url, response) };
    await response.body?.cancel();
    const target = new URL(location, url);
    if (target.protocol !== url.protocol && target.protocol !== "https:") {
      throw new RegistryError("wrong", `${url.host} redirects to ${target.protocol}//${target.host}, out of TLS`);
    }
    if (target.origin !== url.origin) headers = withoutCredentials(headers);
    url = target;
  }
  throw new RegistryError("wrong", `${request.url.host} redirects more than ${redirectLimit} times`);
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization"));
}

async function read(url: URL, response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > bodyLimitBytes) {
      throw new RegistryError(
        "wrong",
        `${url.host} sends more than ${bodyLimitBytes / 1024 / 1024} MiB for a manifest`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** fetch says "fetch failed" and keeps what happened in the cause. */
function networkError(url: URL, error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  const reason = error instanceof Error ? innermost(error) : String(error);
  return new RegistryError("unreachable", `${url.host} cannot be reached (${reason})`, { cause: error });
}

function innermost(error: Error): string {
  if (error.name === "TimeoutError") return "no answer in time";
  if (error.cause instanceof AggregateError) {
    return error.cause.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner))).join("; ");
  }
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}

/** 0.5, 1, 2, … seconds, or what the server asks for. */
function pauseSeconds(result: Incoming | Error, attempt: number, now: number): number {
  const asked = result instanceof Error ? null : result.headers.get("retry-after");
  return (asked === null ? undefined : retryAfterSeconds(asked, now)) ?? 0.5 * 2 ** attempt;
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3); `undefined` for anything else. */
export function retryAfterSeconds(text: string, now: number): number | undefined {
  if (/^\d+$/.test(text.trim())) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

function lastError(url: URL, result: Incoming | Error, pause: number): Error {
  if (result instanceof Error) return result;
  if (result.status !== 429) return new RegistryError("unreachable", `${url.host} answers ${result.status}`);
  const later = pause > longestPauseSeconds ? `: try again in ${Math.ceil(pause / 60)} min, or log in` : "";
  return new RegistryError("limited", `${url.host} answers 429, too many requests${later}`);
}
