import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import type { HookEnvironment } from "./environment";

/** The API server refused a call. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** An object as the API server gives it, as far as the hook looks into it. */
export interface ApiObject {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: unknown;
}

/**
 * The few calls of the Kubernetes API that the hook makes, with the pod's own token. A client library would cost more processor time to load
 * than all of them together.
 */
export class KubernetesApi {
  /** Two connections: a handshake is dearer than to wait for a reply. */
  private readonly agent: Agent;

  constructor(
    private readonly environment: Pick<HookEnvironment, "apiServer" | "token" | "certificateAuthority" | "namespace">,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 2, ca: environment.certificateAuthority });
  }

  get namespace(): string {
    return this.environment.namespace;
  }

  get(resource: "pods" | "secrets", name: string): Promise<ApiObject> {
    return this.call("GET", `${this.path(resource)}/${name}`) as Promise<ApiObject>;
  }

  async list(resource: "pods" | "secrets", labelSelector: string): Promise<readonly ApiObject[]> {
    const query = new URLSearchParams({ labelSelector }).toString();
    const list = (await this.call("GET", `${this.path(resource)}?${query}`)) as { items?: readonly ApiObject[] };
    return list.items ?? [];
  }

  create(resource: "pods", object: unknown): Promise<ApiObject> {
    return this.call("POST", this.path(resource), object) as Promise<ApiObject>;
  }

  /** An object that is gone already is no error. */
  async delete(resource: "pods" | "secrets", name: string, options: object = {}): Promise<void> {
    try {
      await this.call("DELETE", `${this.path(resource)}/${name}`, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** Whether the pod's service account may do what these attributes say. */
  async allows(resourceAttributes: Readonly<Record<string, string>>): Promise<boolean> {
    const review = (await this.call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes },
    })) as { status?: { allowed?: boolean } };
    return review.status?.allowed === true;
  }

  private path(resource: string): string {
    return `/api/v1/namespaces/${this.environment.namespace}/${resource}`;
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, content } = await this.send(method, path, body);
    const value: unknown = content === "" ? {} : JSON.parse(content);
    if (status < 300) return value;
    throw new ApiError(status, (value as { message?: string }).message ?? `${method} ${path}: status ${status}`);
  }

  private send(method: string, path: string, body: unknown): Promise<{ status: number; content: string }> {
    const { apiServer, token } = this.environment;
    const payload = body === undefined ? "" : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(
        {
          agent: this.agent,
          host: apiServer.host,
          port: apiServer.port,
          method,
          path,
          timeout: 30_000,
          headers: {
            authorization: `Bearer ${token}`,
            accept: "application/json",
            "content-type": "application/json",
            // Node.js gives a DELETE no length by itself, and its body would be read as another request.
            "content-length": Buffer.byteLength(payload),
          },
        },
        (response) => {
          text(response).then((content) => {
            resolve({ status: response.statusCode ?? 0, content });
          }, reject);
        },
      );
      call.once("error", reject);
      call.once("timeout", () => call.destroy(new Error(`the API server did not answer ${method} ${path}`)));
      call.end(payload);
    });
  }
}
