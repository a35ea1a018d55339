import * as pulumi from "@pulumi/pulumi";
import { ActionsOrganizationVariable } from "@pulumi/github/actionsOrganizationVariable";

import type { RepositoryIds } from "./repository-ids";

export interface OrganizationVariablesArgs {
  /** By name. **Another name is another variable.** */
  readonly variables: Readonly<
    Record<string, { readonly value: pulumi.Input<string>; readonly repositories: readonly string[] }>
  >;
  readonly repositories: RepositoryIds;
}

/**
 * Variables of an organization for workflows of some of its repositories: what is no secret, such as Vault's address. Logs show them as they
 * are, which is what they are for: text that is masked is missing from outputs of jobs.
 *
 * ```ts
 * new OrganizationVariables("organization-variables", { variables: { VAULT_ACTION_URL: { value, repositories: ["app"] } }, repositories });
 * ```
 */
export class OrganizationVariables extends pulumi.ComponentResource {
  public readonly nodes: {
    /** By name. */
    readonly variables: ReadonlyMap<string, ActionsOrganizationVariable>;
  };

  public constructor(name: string, args: OrganizationVariablesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:OrganizationVariables", name, { variables: Object.keys(args.variables) }, opts);
    const made = Object.entries(args.variables).map(([variableName, { value, repositories }]) => {
      const variable = new ActionsOrganizationVariable(
        `${name}-${variableName}`,
        { variableName, value, visibility: "selected", selectedRepositoryIds: args.repositories.of(repositories) },
        { parent: this },
      );
      return [variableName, variable] as const;
    });
    this.nodes = { variables: new Map(made) };
    this.registerOutputs({});
  }
}
