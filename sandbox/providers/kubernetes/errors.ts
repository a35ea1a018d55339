import { ProviderError } from "../shared/errors.js";
import { isObject, listAt, textAt, type Json } from "./json.js";

export { messageOf, ProviderError } from "../shared/errors.js";

/** The cluster did not answer at all. */
export class UnreachableError extends ProviderError {}

/** The API server refused a request; `message` is its own sentence (which names the fields). */
export class ApiError extends ProviderError {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly causes: readonly ApiCause[] = [],
    readonly details: Json = null,
  ) {
    super(message);
  }

  /** Reads the `Status` object of a failed request. Anything else (a proxy's page) is quoted, shortened. */
  static from(status: number, body: string): ApiError {
    const parsed = parse(body);
    if (!isObject(parsed) || parsed.kind !== "Status") {
      return new ApiError(status, "Unknown", `HTTP ${status}: ${body.trim().slice(0, 300)}`);
    }
    const causes = listAt(parsed, "details", "causes").map((cause) => ({
      field: textAt(cause, "field") ?? "",
      message: textAt(cause, "message") ?? "",
      reason: textAt(cause, "reason") ?? "",
    }));
    const message = textAt(parsed, "message") ?? `HTTP ${status}`;
    return new ApiError(status, textAt(parsed, "reason") ?? "Unknown", message, causes, parsed.details ?? null);
  }

  /** The request named a namespace that does not exist (yet). */
  get isMissingNamespace(): boolean {
    return this.status === 404 && textAt(this.details, "kind") === "namespaces";
  }

  /** The object is wrong in itself, in whatever namespace and under whatever name it would be created. */
  get isInvalid(): boolean {
    return this.status === 422 || (this.status === 400 && this.reason !== "Expired");
  }
}

export interface ApiCause {
  readonly field: string;
  readonly message: string;
  readonly reason: string;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** The sentence shown for a refused request: which object, what the API server said, and each field it complained about. */
export function explain(subject: string, error: unknown): Error {
  if (!(error instanceof ApiError)) return error instanceof Error ? error : new Error(String(error));
  const quoted = /^[A-Za-z0-9.]+ "[^"]*" is (invalid: )?/.exec(error.message);
  const said = quoted?.[1] === undefined ? error.message : error.message.slice(quoted[0].length);
  const missing = error.causes.filter((cause) => !error.message.includes(cause.message));
  const lines = missing.map((cause) => `\n  ${cause.field}: ${cause.message}`);
  const text = quoted?.[1] === undefined ? `${subject}: ${said}` : `${subject} is invalid: ${said}`;
  return new ProviderError(`${text}${lines.join("")}`);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
