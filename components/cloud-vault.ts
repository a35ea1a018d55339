import * as pulumi from "@pulumi/pulumi";

import type { AwsBackup } from "../stacks/aws/schema";
import { type AwsAccount, roleArn } from "./aws/arn";
import { KmsKey } from "./aws/kms-key";
import { snapshotKeyPolicy, snapshotKeyStatements, unsealKeyPolicy, unsealStatements } from "./aws/kms-policy";
import { policyJson, type Statement } from "./aws/policy-document";
import { SnapshotBucket } from "./aws/snapshot-bucket";
import { snapshotPrunerStatements, snapshotReaderStatements, snapshotWriterStatements } from "./aws/snapshot-policy";
import type { CloudParts } from "./cloud";
import { iamRoleName } from "./job-roles";
import { drillName } from "./vault/drill-names";

/**
 * The key that opens Vault, and the server's role that may use it. It is apart from those of snapshots: whoever has a snapshot and the key
 * of its bucket still cannot read what is in it.
 */
export function createUnseal({ aws, production, drills, opts, createRole }: CloudParts): KmsKey | undefined {
  const { unseal, vault, cluster } = aws;
  if (!unseal) return undefined;
  const role = "vault-unseal";
  const key = new KmsKey(
    "aws-unseal",
    {
      alias: `${cluster.name}-${role}`,
      description: `Opens Vault of cluster ${cluster.name}; without it Vault and all its snapshots are lost`,
      region: aws.region,
      policy: unsealKeyPolicy(
        aws,
        roleArn(aws, iamRoleName(aws, role)),
        drills ? roleArn(aws, iamRoleName(aws, drillName)) : undefined,
      ),
      ...(unseal.deletionWindowDays !== undefined && { deletionWindowDays: unseal.deletionWindowDays }),
      protect: production,
    },
    opts,
  );
  createRole(role, {
    description: "Vault opens itself",
    serviceAccounts: [{ namespace: vault.namespace, name: vault.serviceAccount }],
    policy: key.arn.apply((arn) => policyJson(unsealStatements(arn))),
  });
  return key;
}

export interface Backup {
  /** By the short name of their bucket, as the buckets. */
  readonly keys: ReadonlyMap<string, KmsKey>;
  readonly buckets: ReadonlyMap<string, SnapshotBucket>;
}

/** A bucket of snapshots with what follows from its settings. */
interface Target {
  readonly name: string;
  readonly bucket: string;
  readonly region: string;
  readonly prefix: string;
  readonly accessLogBucket?: string;
}

/** The buckets of snapshots, each with a key of its own, and the roles of those that write and delete them. */
export function createBackup(parts: CloudParts): Backup {
  const { backup } = parts.aws;
  if (!backup) return { keys: new Map(), buckets: new Map() };
  const targets = targetsOf(backup, parts.aws.region);
  const keys = new Map(targets.map((target) => [target.name, createKey(target, backup, parts)] as const));
  const buckets = new Map(
    targets.map((target) => [target.name, createBucket(target, backup, keyArn(keys, target), parts)] as const),
  );
  createRoles(targets, backup, keys, parts);
  return { keys, buckets };
}

function targetsOf({ buckets, prefix = "vault" }: AwsBackup, homeRegion: string): Target[] {
  return Object.entries(buckets).map(([name, { bucket, region = homeRegion, accessLogBucket }]) => ({
    name,
    bucket,
    region,
    prefix,
    ...(accessLogBucket !== undefined && { accessLogBucket }),
  }));
}

function createKey(
  { name, bucket, region }: Target,
  backup: AwsBackup,
  { aws, production, drills, opts }: CloudParts,
): KmsKey {
  const arnOf = (role: string) => roleArn(aws, iamRoleName(aws, role));
  return new KmsKey(
    `aws-snapshots-${name}-encryption`,
    {
      alias: `${aws.cluster.name}-snapshots-${name}`,
      description: `Snapshots of Vault in bucket ${bucket}`,
      region,
      policy: snapshotKeyPolicy(aws, region, {
        writerRoleArn: arnOf("vault-backup"),
        ...(backup.pruner === "ownRole" && { prunerRoleArn: arnOf("vault-backup-pruner") }),
        ...(drills && { drillRoleArn: arnOf(drillName) }),
        readerRoleArns: backup.readerRoleArns ?? [],
      }),
      protect: production,
    },
    opts,
  );
}

function createBucket(
  { name, bucket, region, prefix, accessLogBucket }: Target,
  { expireDays, noncurrentDays, objectLock, readerRoleArns }: AwsBackup,
  key: pulumi.Output<string>,
  { aws, production, opts }: CloudParts,
): SnapshotBucket {
  return new SnapshotBucket(
    `aws-snapshots-${name}`,
    {
      account: aws,
      bucket,
      region,
      prefix,
      keyArn: key,
      expireDays,
      ...(noncurrentDays !== undefined && { noncurrentDays }),
      ...(objectLock && { objectLock }),
      ...(readerRoleArns && { readerRoleArns }),
      ...(accessLogBucket !== undefined && { accessLogBucket }),
      protect: production,
    },
    opts,
  );
}

function createRoles(
  targets: readonly Target[],
  { pruner }: AwsBackup,
  keys: Backup["keys"],
  { aws, createRole }: CloudParts,
): void {
  const { namespace, backupServiceAccount, prunerServiceAccount } = aws.vault;
  const ownPruner = pruner === "ownRole";
  const known = pulumi.all(targets.map((target) => keyArn(keys, target)));
  createRole("vault-backup", {
    description: "Writes snapshots of Vault",
    serviceAccounts: [{ namespace, name: backupServiceAccount }],
    policy: known.apply((arns) => policyJson(writerStatements(aws, targets, arns, !ownPruner))),
  });
  if (!ownPruner) return;
  createRole("vault-backup-pruner", {
    description: "Deletes old snapshots of Vault",
    serviceAccounts: [{ namespace, name: prunerServiceAccount }],
    policy: known.apply((arns) => policyJson(prunerStatements(aws, targets, arns))),
  });
}

/**
 * The role of drills: it opens the seal as the servers do, and reads snapshots. So a restore for trial neither runs as a server nor can it write
 * to where backups are.
 */
export function createDrillRole(
  { aws, drills, createRole }: CloudParts,
  unsealKey: KmsKey | undefined,
  { keys }: Backup,
): void {
  if (!drills || !(aws.unseal ?? aws.backup)) return;
  const targets = aws.backup ? targetsOf(aws.backup, aws.region) : [];
  const known = pulumi.all(targets.map((target) => keyArn(keys, target)));
  createRole(drillName, {
    description: "Restores snapshots of Vault for trial",
    serviceAccounts: [{ namespace: aws.vault.namespace, name: aws.vault.drillServiceAccount }],
    policy: pulumi
      .all([unsealKey?.arn, known])
      .apply(([seal, arns]) =>
        policyJson([...(seal === undefined ? [] : unsealStatements(seal)), ...readerStatements(aws, targets, arns)]),
      ),
  });
}

/** What the writer may do in all its buckets; keys in the order of the buckets. */
export function writerStatements(
  account: AwsAccount,
  targets: readonly Target[],
  keyArns: readonly string[],
  mayDelete: boolean,
): Statement[] {
  return targets.flatMap((target, index) => [
    ...snapshotWriterStatements(account, target, mayDelete, String(index + 1)),
    ...snapshotKeyStatements(target.region, keyArns[index] ?? "", "write", String(index + 1)),
  ]);
}

/** What the pruner may do in all its buckets; keys in the order of the buckets. */
export function prunerStatements(
  account: AwsAccount,
  targets: readonly Target[],
  keyArns: readonly string[],
): Statement[] {
  return targets.flatMap((target, index) => [
    ...snapshotPrunerStatements(account, target, String(index + 1)),
    ...snapshotKeyStatements(target.region, keyArns[index] ?? "", "read", String(index + 1)),
  ]);
}

/** What drills may do in all buckets; keys in the order of the buckets. */
export function readerStatements(
  account: AwsAccount,
  targets: readonly Target[],
  keyArns: readonly string[],
): Statement[] {
  return targets.flatMap((target, index) => [
    ...snapshotReaderStatements(account, target, String(index + 1)),
    ...snapshotKeyStatements(target.region, keyArns[index] ?? "", "read", String(index + 1)),
  ]);
}

/** Every target has its key by construction, so a failure here is a mistake in this program. */
function keyArn(keys: Backup["keys"], { name }: Target): pulumi.Output<string> {
  const key = keys.get(name);
  if (!key) throw new Error(`the key of bucket ${name} was not made`);
  return key.arn;
}
