import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi/errors";

import { formatProblem } from "../../stacks/problems";
import { provisionerLogin } from "./init-names";
import { type ClusterAccess, type LoginCluster, loginCluster } from "./login-cluster";
import { loginFiles, loginFolder, type VaultLogin, writeLoginFiles } from "./login-files";
import { LoginRefused, requestLogin, type VaultLoginRequest } from "./login-request";

export interface VaultLoginArgs {
  /** Known once Vault can be logged in at; see `VaultInit.ready`. */
  readonly ready: pulumi.Output<unknown>;
  /** `kubernetes`: as ServiceAccount. `environment`: the caller has set VAULT_TOKEN, and only the authority is fetched. */
  readonly method: "kubernetes" | "environment";
  /** Content of the stack's kubeconfig. @default `context` in the one that `kubectl` would take */
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: string;
  readonly stack: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Secret with `ca.crt`. */
  readonly tlsSecretName: string;
  /** https://HOST[:PORT] of Vault, as this machine reaches it. */
  readonly address: string;
  /** Name in the certificate. @default that of the address */
  readonly tlsServerName?: string;
}

/** What a login does outside of the program; tests put their own here. */
export interface LoginTools {
  readonly openCluster: (access: ClusterAccess, namespace: string) => Promise<LoginCluster>;
  readonly requestLogin: (request: VaultLoginRequest) => Promise<string>;
  readonly folder: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly warn: (message: string) => void;
}

/**
 * Logs in at Vault and leaves the token in a file, for the provider to read. The token itself is in no Output, hence in no state.
 *
 * While `ready` is unknown, so are the files: the engine then does not ask the provider for anything. A preview that cannot log in says so
 * and goes on in the same way: were it to fail, nobody could repair a broken Vault by `pulumi up`, which begins with a preview.
 */
export function logInAtVault(args: VaultLoginArgs, tools: LoginTools = realTools(args)): pulumi.Output<VaultLogin> {
  // Nothing is created in here, and only files of this machine are written: this is the login, not a resource.
  const files = pulumi.all([args.ready, args.kubeconfig]).apply(([, kubeconfig]) => {
    const preview = pulumi.runtime.isDryRun();
    const login = logIn(args, kubeconfig, preview ? previewAttempts : upAttempts, tools);
    return pulumi.output(
      login.catch((error: unknown) => {
        const problem = loginProblem(args, error);
        if (!preview) throw new RunError(problem);
        tools.warn(`${problem}; until then the preview cannot compare what Vault is configured with`);
        return pulumi.unknown as unknown as VaultLogin;
      }),
    );
  });
  // They are made with a secret, but are names and a certificate.
  return pulumi.unsecret(files);
}

function realTools({ stack }: VaultLoginArgs): LoginTools {
  return {
    openCluster: loginCluster,
    requestLogin,
    folder: loginFolder(stack),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    warn: (message) => void pulumi.log.warn(message),
  };
}

/** Servers that are being replaced are back within this; a preview is not kept waiting for them. */
const upAttempts = 40;
const previewAttempts = 2;
const pauseMs = 5_000;

async function logIn(
  args: VaultLoginArgs,
  kubeconfig: string | undefined,
  attempts: number,
  tools: LoginTools,
): Promise<VaultLogin> {
  const { context } = args;
  const access = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) };
  const cluster = await tools.openCluster(access, args.namespace);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const authority = await cluster.authorityIn(args.tlsSecretName);
      const token = args.method === "kubernetes" ? await tokenFor(args, authority, cluster, tools) : undefined;
      writeLoginFiles(tools.folder, { authority, ...(token !== undefined && { token }) });
      return { ...loginFiles(tools.folder), authorityPem: authority };
    } catch (error) {
      if (attempt >= attempts || isFinal(error)) throw error;
      await tools.sleep(pauseMs);
    }
  }
}

async function tokenFor(
  { serviceAccount, address, tlsServerName }: VaultLoginArgs,
  authority: string,
  cluster: LoginCluster,
  tools: LoginTools,
): Promise<string> {
  const { mount, role, audience } = provisionerLogin;
  const jwt = await cluster.tokenOf(serviceAccount, audience);
  return tools.requestLogin({
    address,
    ...(tlsServerName !== undefined && { tlsServerName }),
    authority,
    mount,
    role,
    jwt,
  });
}

/** A wrong name or audience stays wrong; everything else may be a server that is just changing. */
function isFinal(error: unknown): boolean {
  return error instanceof LoginRefused && error.status >= 400 && error.status < 500 && error.status !== 429;
}

function loginProblem({ address, namespace, serviceAccount }: VaultLoginArgs, error: unknown): string {
  const refused = error instanceof LoginRefused;
  return formatProblem({
    path: "vault.provisioner",
    what: `cannot log in at ${address}: ${error instanceof Error ? error.message : String(error)}`,
    fix: refused
      ? `see that ServiceAccount ${serviceAccount} in namespace ${namespace} and its role are as the initialisation made them, by running it again`
      : "see that this machine reaches that address (vault.provisioner.address), that the certificate has its name (vault.provisioner.tlsServerName), and that servers are unsealed",
  });
}
