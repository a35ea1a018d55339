import { AuthenticationV1TokenRequest } from "@kubernetes/client-node";

import { requestJson } from "../../../apps/shared/json-request";
import { core } from "./sandbox";

/** Where the sandbox has its Vault. */
export const vault = {
  namespace: "vault",
  name: "vault",
  /** Of the leader's Service; see sandbox/vault/settings.ts. */
  address: "10.96.0.20",
  port: 8200,
  serverName: "vault-active.vault.svc",
  pods: ["vault-0", "vault-1", "vault-2"],
} as const;

/** What Vault answered. */
export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
}

export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "LIST" | "DELETE";
  readonly token?: string;
  readonly body?: unknown;
  /** Of one server; the Service otherwise. */
  readonly host?: string;
}

/** The authority of Vault's certificate, as clients in the cluster get it. */
export async function vaultAuthority(): Promise<string> {
  const { data } = await core().readNamespacedSecret({ name: `${vault.name}-tls`, namespace: vault.namespace });
  return Buffer.from(data?.["ca.crt"] ?? "", "base64").toString("utf8");
}

/** Asks Vault something, with the certificate checked. */
export async function ask(
  path: string,
  { method = "GET", token, body, host = vault.address }: Call = {},
): Promise<Answer> {
  return requestJson({
    url: new URL(`https://${host}:${String(vault.port)}/v1/${path}`),
    method,
    ca: await vaultAuthority(),
    servername: vault.serverName,
    headers: { ...(token !== undefined && { "x-vault-token": token }) },
    body,
    timeoutMs: 20_000,
  });
}

/** The token that a login gave, or what Vault said instead. */
export async function logIn(
  mount: string,
  role: string,
  jwt: string,
): Promise<{ readonly token?: string; readonly refusal?: string }> {
  const { body } = await ask(`auth/${mount}/login`, { method: "POST", body: { role, jwt } });
  const { auth, errors } = (body ?? {}) as {
    readonly auth?: { readonly client_token: string };
    readonly errors?: readonly string[];
  };
  return auth ? { token: auth.client_token } : { refusal: (errors ?? []).join("; ") };
}

/** A token of a ServiceAccount, as a pod gets it by projection. */
export async function accountToken(namespace: string, name: string, audience = "vault"): Promise<string> {
  const { status } = await core().createNamespacedServiceAccountToken({
    name,
    namespace,
    body: Object.assign(new AuthenticationV1TokenRequest(), {
      spec: { audiences: [audience], expirationSeconds: 600 },
    }),
  });
  return status?.token ?? "";
}

/** What one server says of itself: 200 active, 429 standby, 501 not initialised, 503 sealed; undefined when it does not answer. */
export async function health(pod: string): Promise<number | undefined> {
  const { status } = await core().readNamespacedPod({ name: pod, namespace: vault.namespace });
  if (status?.podIP === undefined) return undefined;
  return ask("sys/health", { host: status.podIP }).then(
    (answer) => answer.status,
    () => undefined,
  );
}

/** Name of the pod that leads. */
export async function leader(): Promise<string | undefined> {
  for (const pod of vault.pods) if ((await health(pod)) === 200) return pod;
  return undefined;
}
