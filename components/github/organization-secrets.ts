import * as pulumi from "@pulumi/pulumi";
import { ActionsOrganizationSecret } from "@pulumi/github/actionsOrganizationSecret";

import type { RepositoryIds } from "./repository-ids";

export interface OrganizationSecretsArgs {
  /** For which repositories each is, by name. **Another name is another secret.** */
  readonly secrets: Readonly<Record<string, { readonly repositories: readonly string[] }>>;
  /** Their values; a secret. */
  readonly values: pulumi.Input<Readonly<Record<string, string>>>;
  readonly repositories: RepositoryIds;
}

/**
 * Secrets of an organization for workflows of some of its repositories. The provider seals a value with the organization's key before it
 * leaves this machine; the state has it encrypted.
 *
 * Value and repositories go out in one request: GitHub takes an update without a list for one with an empty list, so that a resource of its own
 * for the list (`ActionsOrganizationSecretRepositories`) would lose all access at the next rotation.
 *
 * ```ts
 * new OrganizationSecrets("organization-secrets", { secrets: { VAULT_ACTION_ROLE: { repositories: ["app"] } }, values, repositories });
 * ```
 */
export class OrganizationSecrets extends pulumi.ComponentResource {
  public readonly nodes: {
    /** By name. */
    readonly secrets: ReadonlyMap<string, ActionsOrganizationSecret>;
  };

  public constructor(name: string, args: OrganizationSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:OrganizationSecrets", name, { secrets: Object.keys(args.secrets) }, opts);
    const values = pulumi.secret(args.values);
    const made = Object.entries(args.secrets).map(([secretName, { repositories }]) => {
      const secret = new ActionsOrganizationSecret(
        `${name}-${secretName}`,
        {
          secretName,
          visibility: "selected",
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor loses access at a rotation, see above
          selectedRepositoryIds: args.repositories.of(repositories),
          value: values.apply((all) => valueOf(all, secretName)),
        },
        { parent: this },
      );
      return [secretName, secret] as const;
    });
    this.nodes = { secrets: new Map(made) };
    this.registerOutputs({});
  }
}

/** Settings have been checked, so a failure here is a mistake in this program. */
function valueOf(values: Readonly<Record<string, string>>, name: string): string {
  const value = values[name];
  if (value === undefined) throw new Error(`the secret ${name} passed the checks of settings but has no value`);
  return value;
}
