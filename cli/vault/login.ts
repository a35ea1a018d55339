import { AuthenticationV1TokenRequest, CoreV1Api, type KubeConfig, V1TokenRequestSpec } from "@kubernetes/client-node";

import { provisionerLogin as login } from "../../components/vault/init-names";
import { isObject } from "../../stacks/merge";
import { UserError } from "../user-error";
import type { AskServer } from "./tunnel";

/** Long enough for an upgrade of five servers; the API server allows no less than 600. */
const tokenSeconds = 3600;

export interface LoginArgs {
  readonly config: KubeConfig;
  readonly namespace: string;
  /** ServiceAccount that may log in. */
  readonly serviceAccount: string;
  readonly ask: AskServer;
  /** A token of the caller's, which is then taken as it is. @default the caller logs in as the ServiceAccount */
  readonly givenToken?: string;
}

/**
 * A token of Vault, asked for when it is first needed and again when it is refused. Neither it nor the one of the API server is ever printed.
 */
export class Login {
  private token: string | undefined;

  public constructor(private readonly args: LoginArgs) {
    this.token = args.givenToken;
  }

  /** Runs a request with a token. The first refusal may mean that the token has run out. */
  public async with<T>(pod: string, request: (token: string) => Promise<T & { readonly status: number }>): Promise<T> {
    const answer = await request((this.token ??= await this.logIn(pod)));
    if (answer.status !== 403 || this.args.givenToken !== undefined) return answer;
    return request((this.token = await this.logIn(pod)));
  }

  private async logIn(pod: string): Promise<string> {
    const { ask, serviceAccount } = this.args;
    const { status, body } = await ask(pod, {
      method: "PUT",
      path: `/v1/auth/${login.mount}/login`,
      body: { role: login.role, jwt: await this.accountToken() },
    });
    const auth = isObject(body) ? body["auth"] : undefined;
    const token = isObject(auth) ? auth["client_token"] : undefined;
    if (typeof token === "string") return token;
    throw new UserError(
      `Vault refused the login of ServiceAccount ${serviceAccount} with role ${login.role} (status ${status}); or set VAULT_TOKEN`,
    );
  }

  private async accountToken(): Promise<string> {
    const { config, namespace, serviceAccount } = this.args;
    try {
      const { status } = await config.makeApiClient(CoreV1Api).createNamespacedServiceAccountToken({
        namespace,
        name: serviceAccount,
        body: Object.assign(new AuthenticationV1TokenRequest(), {
          spec: Object.assign(new V1TokenRequestSpec(), {
            audiences: [login.audience],
            expirationSeconds: tokenSeconds,
          }),
        }),
      });
      return status?.token ?? "";
    } catch (error) {
      throw new UserError(
        `cannot get a token of ServiceAccount ${namespace}/${serviceAccount}: that takes the right to create serviceaccounts/token; or set VAULT_TOKEN`,
        { cause: statusOf(error) },
      );
    }
  }
}

/** The status alone: the client's errors carry whole answers and headers. */
export function statusOf(error: unknown): string {
  const code: unknown = isObject(error) ? error["code"] : undefined;
  if (typeof code === "number") return `the API server answered ${code}`;
  return error instanceof Error ? error.message : String(error);
}
