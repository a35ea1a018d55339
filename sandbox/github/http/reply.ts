import { ServiceError } from "../service/errors";

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  /** JSON made already, in place of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
export const accepted = (body?: unknown): Reply => ({ status: 202, body });
export const noContent: Reply = { status: 204 };

/** A refusal of the REST API, in its form. */
export class RestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "RestError";
  }
}

export const badCredentials = (message = "Bad credentials") => new RestError(401, message);
export const notFound = () => new RestError(404, "Not Found");
/** What the REST API says to a body that it cannot use. */
export const unprocessable = (message: string) => new RestError(422, message);

/** The Actions service and the message queue answer so when a token is missing, forged, outdated or expired. */
export const unauthorized = (message: string) => new ServiceError(401, "VssUnauthorizedException", message);

/** Turns whatever a handler throws into the reply its caller can read. Never an empty body: ARC would call it "unknown". */
export function errorReply(error: unknown): Reply {
  if (error instanceof RestError) {
    const documentation = "https://docs.github.com/rest";
    return {
      status: error.status,
      body: { message: error.message, documentation_url: documentation, status: String(error.status) },
    };
  }
  if (error instanceof ServiceError) {
    return { status: error.status, body: { typeName: error.typeName, message: error.message } };
  }
  return { status: 500, body: { typeName: "InternalServerException", message: "the stand-in failed, see its log" } };
}
