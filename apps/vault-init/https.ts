import { type JsonAnswer, requestJson } from "../shared/json-request";

export interface Call {
  /** https://HOST[:PORT] */
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Authority that the server's certificate must be of. */
  readonly ca: Buffer;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly timeoutSeconds: number;
}

export type Answer = Pick<JsonAnswer, "status" | "body">;

/**
 * One request and its answer. Any status is an answer.
 *
 * @throws Error when no answer came; it names the address, never what was sent.
 */
export async function send({ address, path, timeoutSeconds, ...call }: Call): Promise<Answer> {
  try {
    return await requestJson({ ...call, url: new URL(path, address), timeoutMs: timeoutSeconds * 1000 });
  } catch (error) {
    throw new Error(`${address}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
