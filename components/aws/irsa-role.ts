import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import * as pulumi from "@pulumi/pulumi";

import { type AwsAccount, managedPolicyArn, roleArn } from "./arn";
import { policyJson } from "./policy-document";
import { type ServiceAccountRef, trustPolicy } from "./trust-policy";

export interface IrsaRoleArgs {
  readonly account: AwsAccount;
  /** Name of the role in IAM. **Caution: another name replaces it.** */
  readonly roleName: string;
  readonly description: string;
  /** Issuer of the cluster's tokens, with its scheme. IAM has to have an identity provider for it. */
  readonly oidcIssuer: string;
  /** Whose pods may take it on: these, and nobody else. */
  readonly serviceAccounts: readonly ServiceAccountRef[];
  /** What it may do, as `policyJson` writes it. @default nothing but `managedPolicies` */
  readonly policy?: pulumi.Input<string>;
  /** Names of policies that AWS maintains, by a short name. @default none */
  readonly managedPolicies?: Readonly<Record<string, string>>;
  /** ARN of a policy that nothing of this role can go beyond. @default none */
  readonly permissionsBoundary?: string;
  /** How long credentials live. @default 3600 */
  readonly maxSessionSeconds?: number;
}

/**
 * A role for pods of named service accounts of one cluster (IRSA: IAM roles for service accounts).
 *
 * ```ts
 * new IrsaRole("aws-ci", { account, roleName: "prod-ci", description, oidcIssuer, serviceAccounts: [{ namespace, name }], policy });
 * ```
 */
export class IrsaRole extends pulumi.ComponentResource {
  /** ARN, for the annotation of service accounts. Known at preview. */
  public readonly arn: pulumi.Output<string>;
  public readonly nodes: {
    readonly role: Role;
    readonly policy?: RolePolicy;
    readonly attachments: Readonly<Record<string, RolePolicyAttachment>>;
  };

  public constructor(name: string, args: IrsaRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:IrsaRole", name, { roleName: args.roleName }, opts);

    const role = createRole(this, name, args);
    this.arn = arnOf(role, args.account);
    this.nodes = {
      role,
      ...(args.policy !== undefined && { policy: createPolicy(this, name, role, args.policy) }),
      attachments: createAttachments(this, name, role, args),
    };
    this.registerOutputs({ arn: this.arn });
  }
}

function createRole(parent: IrsaRole, name: string, args: IrsaRoleArgs): Role {
  return new Role(
    `${name}-role`,
    {
      name: args.roleName,
      description: args.description,
      assumeRolePolicy: policyJson(trustPolicy(args.account, args.oidcIssuer, args.serviceAccounts)),
      maxSessionDuration: args.maxSessionSeconds ?? 3600,
      ...(args.permissionsBoundary !== undefined && { permissionsBoundary: args.permissionsBoundary }),
    },
    { parent },
  );
}

/** From the name instead of the role's own output, which is unknown until the role exists. */
function arnOf(role: Role, account: AwsAccount): pulumi.Output<string> {
  return role.name.apply((roleName) => roleArn(account, roleName));
}

function createPolicy(parent: IrsaRole, name: string, role: Role, policy: pulumi.Input<string>): RolePolicy {
  return new RolePolicy(`${name}-policy`, { name: "permissions", role: role.name, policy }, { parent });
}

function createAttachments(
  parent: IrsaRole,
  name: string,
  role: Role,
  { account, managedPolicies = {} }: IrsaRoleArgs,
): Record<string, RolePolicyAttachment> {
  return Object.fromEntries(
    Object.entries(managedPolicies).map(([key, policy]) => [
      key,
      new RolePolicyAttachment(
        `${name}-${key}`,
        { role: role.name, policyArn: managedPolicyArn(account, policy) },
        { parent },
      ),
    ]),
  );
}
