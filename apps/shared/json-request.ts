import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";

import { readAll } from "./read-all";

export interface JsonRequest {
  /** With path and query. */
  readonly url: URL;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Authority that the server's certificate must be of, in PEM. @default the public ones */
  readonly ca?: Buffer | string;
  /** Name that the certificate must have. @default that of the address */
  readonly servername?: string;
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  /** For the whole of it. */
  readonly timeoutMs: number;
  /** A larger answer is none. @default 4 MiB */
  readonly mostBytes?: number;
}

export interface JsonAnswer {
  readonly status: number;
  /** Parsed; `undefined` if there was none or it was no JSON. */
  readonly body: unknown;
  /** As it came. */
  readonly text: string;
}

const usualMostBytes = 4 * 1024 * 1024;

/**
 * One request and its answer, both JSON, by a connection of its own. Redirects are not followed, and any status is an answer.
 *
 * @throws Error when no answer came. It never names what was sent.
 */
export function requestJson(call: JsonRequest): Promise<JsonAnswer> {
  const { url, method, ca, servername, timeoutMs, mostBytes = usualMostBytes } = call;
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const request = url.protocol === "http:" ? plainRequest : tlsRequest;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: Error): void =>
      reject(signal.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : error);
    const pending = request(
      url,
      {
        method,
        agent: false,
        signal,
        ...(ca !== undefined && { ca }),
        ...(servername !== undefined && { servername }),
        headers: {
          accept: "application/json",
          ...call.headers,
          ...(body !== undefined && {
            "content-type": call.contentType ?? "application/json",
            "content-length": Buffer.byteLength(body),
          }),
        },
      },
      (response) => {
        readAll(response, mostBytes).then((bytes) => {
          const text = bytes.toString("utf8");
          resolve({ status: response.statusCode ?? 0, body: parsed(text), text });
        }, fail);
      },
    );
    pending.once("error", fail);
    pending.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
