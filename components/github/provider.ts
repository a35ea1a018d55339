import type * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/github/provider";

import { apiAddress } from "./api-address";

export interface GithubProviderArgs {
  /** Address at which scale sets register; says which GitHub is meant. */
  readonly configUrl: string;
  /** The organization. */
  readonly owner: string;
  readonly token: pulumi.Input<string>;
}

/**
 * The provider for everything of an organization. Its release is the last that lets a preview run when the owner cannot be looked up
 * (@pulumi/github 6.15 ends it).
 */
export function createGithubProvider(
  name: string,
  { configUrl, owner, token }: GithubProviderArgs,
  opts: pulumi.CustomResourceOptions,
): Provider {
  return new Provider(name, { baseUrl: apiAddress(configUrl), owner, token }, opts);
}
