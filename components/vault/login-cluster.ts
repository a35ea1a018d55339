import type { AuthenticationV1TokenRequest, CoreV1Api } from "@kubernetes/client-node";

import { isObject } from "../../stacks/merge";

/** Which cluster: as the stack's provider for Kubernetes is told. */
export interface ClusterAccess {
  /** Content of a kubeconfig. @default the one that `kubectl` would take */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** What a login needs of the cluster. */
export interface LoginCluster {
  /** Content of `ca.crt` in a Secret. */
  readonly authorityIn: (secret: string) => Promise<string>;
  /** A token of a ServiceAccount for one audience. */
  readonly tokenOf: (serviceAccount: string, audience: string) => Promise<string>;
}

/** The least that the API server gives. */
const tokenSeconds = 600;

/** The library is loaded here and not before: it takes half a second, which stacks without Vault need not wait. */
export async function loginCluster({ kubeconfig, context }: ClusterAccess, namespace: string): Promise<LoginCluster> {
  const { AuthenticationV1TokenRequest, CoreV1Api, KubeConfig, V1TokenRequestSpec } =
    await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromString(kubeconfig);
  if (context !== undefined) {
    const names = config.contexts.map(({ name }) => name);
    if (!names.includes(context)) throw new Error(`your kubeconfig has no context "${context}"`);
    config.setCurrentContext(context);
  }
  const api = config.makeApiClient(CoreV1Api);
  return {
    authorityIn: (secret) => authorityIn(api, namespace, secret),
    tokenOf: (name, audience) => {
      const spec = Object.assign(new V1TokenRequestSpec(), { audiences: [audience], expirationSeconds: tokenSeconds });
      return tokenOf(api, { namespace, name, body: Object.assign(new AuthenticationV1TokenRequest(), { spec }) });
    },
  };
}

async function authorityIn(api: CoreV1Api, namespace: string, name: string): Promise<string> {
  const secret = await asked(`Secret ${namespace}/${name}`, api.readNamespacedSecret({ namespace, name }));
  const authority = secret.data?.["ca.crt"];
  if (authority === undefined) throw new Error(`Secret ${namespace}/${name} has no key ca.crt`);
  return Buffer.from(authority, "base64").toString("utf8");
}

async function tokenOf(
  api: CoreV1Api,
  request: { readonly namespace: string; readonly name: string; readonly body: AuthenticationV1TokenRequest },
): Promise<string> {
  const what = `a token of ServiceAccount ${request.namespace}/${request.name}`;
  const { status } = await asked(what, api.createNamespacedServiceAccountToken(request));
  if (!status?.token) throw new Error(`the API server gave no ${what.slice("a ".length)}`);
  return status.token;
}

/** The client's errors carry whole answers and headers; only the status may show. */
async function asked<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const code = isObject(error) ? error["code"] : undefined;
    const reason = typeof code === "number" ? `the API server answered ${code}` : messageOf(error);
    throw new Error(`cannot get ${what}: ${reason}`);
  }
}

/** Connections fail with errors that hold the real one. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
