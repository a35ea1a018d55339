import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider";
import * as pulumi from "@pulumi/pulumi";

import { tokenAudience } from "./trust-policy";

export interface OidcProviderArgs {
  /** Issuer of the cluster's tokens, with its scheme. */
  readonly oidcIssuer: string;
  /** Roles that trust it stop working without it. */
  readonly protect: boolean;
}

/**
 * Makes IAM accept the tokens of a cluster. Only where the cluster's makers have not done so: there can be one for each issuer in an account.
 *
 * ```ts
 * new OidcProvider("aws-oidc", { oidcIssuer: "https://oidc.eks.eu-central-1.amazonaws.com/id/...", protect: true });
 * ```
 */
export class OidcProvider extends pulumi.ComponentResource {
  public readonly nodes: { readonly provider: OpenIdConnectProvider };

  public constructor(name: string, { oidcIssuer, protect }: OidcProviderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:OidcProvider", name, { oidcIssuer }, opts);

    this.nodes = {
      provider: new OpenIdConnectProvider(
        `${name}-provider`,
        { url: oidcIssuer, clientIdLists: [tokenAudience] },
        { parent: this, protect },
      ),
    };
    this.registerOutputs({});
  }
}
