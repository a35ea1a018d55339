import { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";

import type { AwsSettings } from "../stacks/aws/schema";
import type { Settings } from "../stacks/settings";
import { IrsaRole, type IrsaRoleArgs } from "./aws/irsa-role";
import type { KmsKey } from "./aws/kms-key";
import { volumeKeyStatements } from "./aws/kms-policy";
import { OidcProvider } from "./aws/oidc-provider";
import { policyJson } from "./aws/policy-document";
import type { SnapshotBucket } from "./aws/snapshot-bucket";
import { createBackup, createDrillRole, createUnseal } from "./cloud-vault";
import { iamRoleName, jobRolesOf } from "./job-roles";

/** What the platform has in AWS. */
export interface Cloud {
  readonly provider: Provider;
  /** Makes IAM know the cluster, where nobody else has. */
  readonly oidcProvider?: OidcProvider;
  /** Roles by their name in settings: of jobs, and `ebs-csi`, `efs-csi`, `vault-unseal`, `vault-backup`, `vault-backup-pruner`, `vault-drill`. */
  readonly roles: ReadonlyMap<string, IrsaRole>;
  /** Opens Vault. */
  readonly unsealKey?: KmsKey;
  /** By the short name of their bucket. */
  readonly snapshotKeys: ReadonlyMap<string, KmsKey>;
  readonly snapshotBuckets: ReadonlyMap<string, SnapshotBucket>;
}

/** Makes a role of the platform, and is what parts of it are made with. */
export interface CloudParts {
  readonly aws: AwsSettings;
  readonly production: boolean;
  /** Whether backups of Vault are restored for trial. */
  readonly drills: boolean;
  readonly opts: pulumi.ComponentResourceOptions;
  readonly createRole: (name: string, args: CloudRole) => IrsaRole;
}

export type CloudRole = Pick<
  IrsaRoleArgs,
  "description" | "serviceAccounts" | "policy" | "managedPolicies" | "maxSessionSeconds"
>;

/**
 * Everything in AWS that settings ask for; nothing without the section `aws`.
 *
 * @param opts with the parent of it all.
 */
export function createCloud(
  settings: Settings,
  opts: pulumi.ComponentResourceOptions & { readonly parent: pulumi.Resource },
): Cloud | undefined {
  const { aws, production } = settings;
  if (!aws) return undefined;
  const provider = createProvider(settings.stack, aws, opts.parent);
  const within: pulumi.ComponentResourceOptions = { parent: opts.parent, providers: [provider] };
  const oidcProvider = createOidcProvider(aws, production, within);
  const roles = new Map<string, IrsaRole>();
  const parts: CloudParts = {
    aws,
    production,
    drills: settings.vault?.backup?.drill !== undefined,
    opts: within,
    createRole: (name, args) => {
      const role = createRole(name, args, aws, { ...within, ...(oidcProvider && { dependsOn: [oidcProvider] }) });
      roles.set(name, role);
      return role;
    },
  };
  createJobRoles(settings, parts);
  createDriverRoles(settings, parts);
  const unsealKey = createUnseal(parts);
  const backup = createBackup(parts);
  createDrillRole(parts, unsealKey, backup);
  return {
    provider,
    ...(oidcProvider && { oidcProvider }),
    roles,
    ...(unsealKey && { unsealKey }),
    snapshotKeys: backup.keys,
    snapshotBuckets: backup.buckets,
  };
}

/**
 * Credentials come from the environment of whoever runs Pulumi, as AWS's own tools take them. They may belong to the wrong account, which
 * this provider then refuses.
 */
function createProvider(stack: string, { region, accountId }: AwsSettings, parent: pulumi.Resource): Provider {
  return new Provider(
    "platform-aws",
    {
      region,
      allowedAccountIds: [accountId],
      defaultTags: { tags: { "runner-platform/stack": stack } },
    },
    { parent },
  );
}

function createOidcProvider(
  { cluster }: AwsSettings,
  protect: boolean,
  opts: pulumi.ComponentResourceOptions,
): OidcProvider | undefined {
  if (!cluster.createOidcProvider) return undefined;
  return new OidcProvider("aws-oidc", { oidcIssuer: cluster.oidcIssuer, protect }, opts);
}

function createRole(name: string, args: CloudRole, aws: AwsSettings, opts: pulumi.ComponentResourceOptions): IrsaRole {
  return new IrsaRole(
    `aws-${name}`,
    {
      ...args,
      account: aws,
      roleName: iamRoleName(aws, name),
      oidcIssuer: aws.cluster.oidcIssuer,
      ...(aws.permissionsBoundary !== undefined && { permissionsBoundary: aws.permissionsBoundary }),
    },
    opts,
  );
}

function createJobRoles(settings: Settings, { createRole: create }: CloudParts): void {
  for (const { name, serviceAccount, namespaces, statements, maxSessionSeconds } of jobRolesOf(settings)) {
    create(name, {
      description: `Jobs of GitHub Actions, as ${serviceAccount} in ${namespaces.join(", ")}`,
      serviceAccounts: namespaces.map((namespace) => ({ namespace, name: serviceAccount })),
      policy: policyJson(statements),
      ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
    });
  }
}

/** With the policies that AWS keeps in step with the drivers. V2 reaches volumes which a driver has tagged as its own, and no others. */
function createDriverRoles({ storage }: Settings, { aws, createRole: create }: CloudParts): void {
  const drivers = {
    ebs: { account: "ebs-csi-controller-sa", policy: "AmazonEBSCSIDriverPolicyV2" },
    efs: { account: "efs-csi-controller-sa", policy: "service-role/AmazonEFSCSIDriverPolicy" },
  } as const;
  const volumeKey = storage.ebs?.gp3.kmsKeyArn;
  for (const key of ["ebs", "efs"] as const) {
    if (!aws.csiDrivers[key]) continue;
    const { account, policy } = drivers[key];
    create(`${key}-csi`, {
      description: `CSI driver of ${key.toUpperCase()}`,
      serviceAccounts: [{ namespace: "kube-system", name: account }],
      managedPolicies: { driver: policy },
      ...(key === "ebs" && volumeKey !== undefined && { policy: policyJson(volumeKeyStatements(volumeKey)) }),
    });
  }
}
