import * as http from "node:http";
import * as https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { ApiError, messageOf, ProviderError, UnreachableError } from "./errors.js";
import { isObject, type JsonObject } from "./json.js";

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: JsonObject;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Called with each warning the API server attaches to its answer (deprecated versions and the like). */
  readonly onWarning?: (text: string) => void;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Answers of an overloaded or restarting API server, worth another try (the request was not carried out). */
const RETRIED_STATUS = new Set([429, 502, 503, 504]);
const ATTEMPTS = 5;
const REQUEST_TIMEOUT_MS = 60_000;
/** Tokens from an exec plug-in or a file are asked for again after this time. */
const CREDENTIAL_LIFETIME_MS = 60_000;

/** What the provider asks of an API server. */
export interface ApiClient {
  /** Its address, for messages. */
  readonly server: string;
  request(method: Method, path: string, request?: ApiRequest): Promise<JsonObject>;
}

/** A small REST client: one kept-alive connection pool, JSON in and out, errors as `ApiError`. */
export class ClusterClient implements ApiClient {
  private readonly base: URL;
  private credentials: Promise<https.RequestOptions> | undefined;
  private credentialsAge = 0;
  private agent: http.Agent | https.Agent | undefined;

  constructor(private readonly config: KubeConfig) {
    const server = config.getCurrentCluster()?.server;
    if (server === undefined)
      throw new ProviderError("the kubeconfig's context names no cluster with a server address");
    this.base = new URL(server.endsWith("/") ? server : `${server}/`);
  }

  get server(): string {
    return this.base.origin;
  }

  async request(method: Method, path: string, request: ApiRequest = {}): Promise<JsonObject> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.send(method, path, request);
      } catch (error) {
        const overloaded = error instanceof ApiError && RETRIED_STATUS.has(error.status);
        const dropped = error instanceof UnreachableError;
        if (attempt >= ATTEMPTS || !(overloaded || dropped) || request.signal?.aborted === true) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
      }
    }
  }

  private async send(method: Method, path: string, request: ApiRequest): Promise<JsonObject> {
    const url = new URL(path.replace(/^\//, ""), this.base);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, value);
    }
    const options = await this.options();
    const payload = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const headers: http.OutgoingHttpHeaders = {
      ...(options.headers as http.OutgoingHttpHeaders),
      Accept: "application/json",
    };
    if (payload !== undefined) {
      headers["Content-Type"] = request.contentType ?? "application/json";
      headers["Content-Length"] = payload.length;
    }
    const answer = await this.exchange(url, { ...options, method, headers, signal: request.signal }, payload);
    for (const text of answer.warnings) request.onWarning?.(text);
    if (answer.status >= 400) throw ApiError.from(answer.status, answer.body);
    const parsed: unknown = answer.body === "" ? {} : JSON.parse(answer.body);
    return isObject(parsed) ? parsed : {};
  }

  private exchange(url: URL, options: https.RequestOptions, payload: Buffer | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const failed = (error: unknown) =>
        reject(new UnreachableError(`the Kubernetes cluster at ${this.server} cannot be reached: ${messageOf(error)}`));
      const secure = url.protocol === "https:";
      const request = (secure ? https : http).request(url, { ...options, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", failed);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString("utf8"),
            warnings: warningsOf(response.headers.warning),
          }),
        );
      });
      request.setTimeout(REQUEST_TIMEOUT_MS, () =>
        request.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS} ms`)),
      );
      request.on("error", failed);
      request.end(payload);
    });
  }

  /** TLS material and credentials of the kubeconfig's user, exec plug-ins included. */
  private async options(): Promise<https.RequestOptions> {
    if (this.credentials === undefined || Date.now() - this.credentialsAge > CREDENTIAL_LIFETIME_MS) {
      this.credentialsAge = Date.now();
      this.credentials = this.loadOptions();
    }
    return this.credentials;
  }

  private async loadOptions(): Promise<https.RequestOptions> {
    const options: https.RequestOptions = {};
    await this.config.applyToHTTPSOptions(options);
    const pool = { keepAlive: true, maxSockets: 32, ca: options.ca, cert: options.cert, key: options.key };
    this.agent ??=
      this.base.protocol === "https:"
        ? new https.Agent({ ...pool, rejectUnauthorized: options.rejectUnauthorized, servername: options.servername })
        : new http.Agent({ keepAlive: true, maxSockets: 32 });
    return { headers: options.headers, auth: options.auth };
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly warnings: readonly string[];
}

/** The texts of `299 - "text"` warnings, the only form the API server uses. */
function warningsOf(header: string | undefined): string[] {
  return [...(header ?? "").matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? "").replace(/\\(.)/g, "$1"),
  );
}
