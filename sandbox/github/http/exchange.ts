import type { IncomingMessage } from "node:http";
import type { z } from "zod";
import { parseAuthorization, type Authorization } from "../auth/credentials";
import { ServiceError } from "../service/errors";
import type { RequestNote } from "./request-log";

const maxBodyBytes = 1024 * 1024;

/** One request as the handlers see it. */
export class Exchange {
  readonly url: URL;
  readonly authorization: Authorization | undefined;
  /** Filled in by the check that let the request pass; goes into the request log. */
  who = "anonymous";
  /** What else goes into the request log. */
  note: RequestNote = {};
  /** To be done once the reply is out. */
  readonly afterwards: (() => void)[] = [];
  params: Readonly<Record<string, string>> = {};

  constructor(
    private readonly request: IncomingMessage,
    /** Aborted when the client hangs up or the server stops. */
    readonly signal: AbortSignal,
    publicUrl: string | undefined,
  ) {
    this.url = new URL(request.url ?? "/", publicUrl ?? `http://${request.headers.host ?? "localhost"}`);
    this.authorization = parseAuthorization(request.headers.authorization);
  }

  get method(): string {
    return this.request.method ?? "GET";
  }

  /** Without the prefix of a GHES host, and with double slashes joined: ARC 0.6.1 appends paths to a base ending in one. */
  get path(): string {
    const path = this.url.pathname.replace(/\/{2,}/g, "/").replace(/^\/api\/v3(?=\/|$)/, "");
    return path.length > 1 ? path.replace(/\/$/, "") : "/";
  }

  get origin(): string {
    return this.url.origin;
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  param(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw new Error(`the route has no parameter ${name}`);
    return value;
  }

  id(name: string): number {
    return wholeNumber(name, this.param(name));
  }

  query(name: string): string | undefined {
    return this.url.searchParams.get(name) ?? undefined;
  }

  queryNumber(name: string): number | undefined {
    const value = this.query(name);
    return value === undefined ? undefined : wholeNumber(name, value);
  }

  /** The body, checked; an empty one counts as `{}`. */
  async json<T extends z.ZodType>(schema: T): Promise<z.infer<T>> {
    const text = await this.text();
    let value: unknown;
    try {
      value = text === "" ? {} : JSON.parse(text);
    } catch {
      throw badRequest("the body is not JSON");
    }
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw badRequest(
      result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
    );
  }

  private async text(): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBodyBytes) throw badRequest("the body is too big");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`${name} must be a whole number`);
  return Number(text);
}

function badRequest(message: string): ServiceError {
  return new ServiceError(400, "InvalidRequestException", message);
}
