import * as pulumi from "@pulumi/pulumi";
import { AuthBackend } from "@pulumi/vault/jwt/authBackend";
import { AuthBackendRole } from "@pulumi/vault/jwt/authBackendRole";

import type { GithubIssuerSettings } from "../../stacks/vault/logins-schema";
import { jobRoleInputs } from "./job-role";

export interface GithubLoginArgs extends GithubIssuerSettings {
  /** Path of the mount. **A change replaces it with its roles.** */
  readonly path: string;
  /** Certificate of the authority that signed the issuer's, in PEM. @default a public one */
  readonly ca?: string;
  /** What ends all of it: it is not deleted piece by piece when this goes. */
  readonly deletedWith: pulumi.Resource;
}

/**
 * Logins of workflows, by the OIDC tokens of one issuer. Each issuer has a mount of its own, since ids of one GitHub mean something else at
 * another.
 *
 * ```ts
 * new GithubLogin("vault-github", { path: "github", issuer, repositoryOwnerId: "1234", audience: "https://vault.example.com", roles, ... });
 * ```
 */
export class GithubLogin extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly mount: AuthBackend;
    /** By name. */
    readonly roles: ReadonlyMap<string, AuthBackendRole>;
  };

  public constructor(name: string, args: GithubLoginArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:GithubLogin", name, { path: args.path, issuer: args.issuer }, opts);
    const { path, issuer, ca, roles, deletedWith } = args;
    const mount = new AuthBackend(
      `${name}-mount`,
      {
        path,
        type: "jwt",
        description: `Workflows of GitHub, by tokens of ${issuer}`,
        oidcDiscoveryUrl: issuer,
        boundIssuer: issuer,
        ...(ca !== undefined && { oidcDiscoveryCaPem: ca }),
      },
      { parent: this, deletedWith },
    );
    const made = Object.entries(roles).map(([roleName, role]) => {
      const inputs = { ...jobRoleInputs(args, role), backend: mount.path.apply((at) => at ?? path), roleName };
      return [roleName, new AuthBackendRole(`${name}-${roleName}`, inputs, { parent: this, deletedWith })] as const;
    });
    this.nodes = { mount, roles: new Map(made) };
    this.registerOutputs({});
  }
}
