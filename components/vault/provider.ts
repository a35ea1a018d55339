import type * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/vault/provider";

import { logInAtVault, type LoginTools, type VaultLoginArgs } from "./login";

/** The provider, and what was learnt when it was logged in. */
export interface VaultProvider {
  readonly provider: Provider;
  /** Certificate of the servers' authority, in PEM; unknown while nobody can log in. */
  readonly authority: pulumi.Output<string>;
}

/**
 * The provider for everything that Vault is configured with. Its inputs are the same in each run: an address and names of files.
 *
 * - It makes no token of its own from the one it reads, so that the login needs no right to make tokens.
 * - It repeats what a server refuses while another takes over.
 */
export function createVaultProvider(
  name: string,
  args: VaultLoginArgs,
  opts: pulumi.CustomResourceOptions,
  tools?: LoginTools,
): VaultProvider {
  const files = logInAtVault(args, tools);
  const provider = new Provider(
    name,
    {
      address: args.address,
      caCertFile: files.authority,
      ...(args.tlsServerName !== undefined && { tlsServerName: args.tlsServerName }),
      ...(args.method === "kubernetes" && { authLoginTokenFile: { filename: files.token } }),
      skipChildToken: true,
      maxRetries: 10,
    },
    opts,
  );
  return { provider, authority: files.authorityPem };
}
