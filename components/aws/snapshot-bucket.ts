import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketLogging } from "@pulumi/aws/s3/bucketLogging";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";

import type { AwsAccount } from "./arn";
import { policyJson } from "./policy-document";
import { snapshotBucketPolicy } from "./snapshot-policy";
import { lifecycleRules, type LifecycleSettings } from "./snapshot-lifecycle";

export interface SnapshotBucketArgs extends LifecycleSettings {
  readonly account: AwsAccount;
  /** Name, unique in all of AWS. **Caution: another name replaces the bucket.** */
  readonly bucket: string;
  readonly region: string;
  /** ARN of the key that everything in it is encrypted with. */
  readonly keyArn: pulumi.Input<string>;
  /** Roles besides the account's own that may read snapshots. @default none */
  readonly readerRoleArns?: readonly string[];
  /**
   * Lets nobody delete a version before it is so old; `governance` leaves a way to those with a right of its own, `compliance` to no one.
   * **Caution: turning it on or off replaces the bucket.** @default off
   */
  readonly objectLock?: { readonly mode: "governance" | "compliance"; readonly days: number };
  /** Bucket that receives the access log, with a policy which lets S3 write there. @default no log */
  readonly accessLogBucket?: string;
  readonly protect: boolean;
}

/**
 * A bucket for snapshots of Vault, closed in every way that S3 has: no public access, no ACLs, TLS alone, one key, old versions kept. What
 * must have been made before the policy and the lifecycle is made before them.
 *
 * ```ts
 * new SnapshotBucket("aws-snapshots-main", { account, bucket, region, prefix: "vault", keyArn: key.arn, expireDays: 90, protect: true });
 * ```
 */
export class SnapshotBucket extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly bucket: Bucket;
    readonly ownership: BucketOwnershipControls;
    readonly publicAccess: BucketPublicAccessBlock;
    readonly encryption: BucketServerSideEncryptionConfiguration;
    readonly versioning: BucketVersioning;
    readonly policy: BucketPolicy;
    readonly lifecycle: BucketLifecycleConfiguration;
    readonly objectLock?: BucketObjectLockConfiguration;
    readonly logging?: BucketLogging;
  };

  public constructor(name: string, args: SnapshotBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:SnapshotBucket", name, { bucket: args.bucket }, opts);

    const bucket = createBucket(this, name, args);
    const common = { bucket: bucket.bucket, region: args.region };
    const publicAccess = createPublicAccessBlock(this, name, common);
    const versioning = createVersioning(this, name, common);
    this.nodes = {
      bucket,
      ownership: createOwnership(this, name, common),
      publicAccess,
      encryption: createEncryption(this, name, common, args.keyArn),
      versioning,
      policy: createPolicy(this, name, common, args, publicAccess),
      lifecycle: createLifecycle(this, name, common, args, versioning),
      ...(args.objectLock && { objectLock: createLock(this, name, common, args.objectLock, versioning) }),
      ...(args.accessLogBucket !== undefined && { logging: createLogging(this, name, common, args.accessLogBucket) }),
    };
    this.registerOutputs({});
  }
}

/** What every part of a bucket is told. */
interface Common {
  readonly bucket: pulumi.Output<string>;
  readonly region: string;
}

function createBucket(parent: SnapshotBucket, name: string, args: SnapshotBucketArgs): Bucket {
  const { bucket, region, objectLock, protect } = args;
  return new Bucket(
    `${name}-bucket`,
    { bucket, region, forceDestroy: false, objectLockEnabled: objectLock !== undefined },
    { parent, protect },
  );
}

function createPublicAccessBlock(parent: SnapshotBucket, name: string, common: Common): BucketPublicAccessBlock {
  return new BucketPublicAccessBlock(
    `${name}-public-access-block`,
    {
      ...common,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    { parent },
  );
}

function createVersioning(parent: SnapshotBucket, name: string, common: Common): BucketVersioning {
  return new BucketVersioning(
    `${name}-versioning`,
    { ...common, versioningConfiguration: { status: "Enabled" } },
    { parent },
  );
}

function createOwnership(parent: SnapshotBucket, name: string, common: Common): BucketOwnershipControls {
  return new BucketOwnershipControls(
    `${name}-ownership`,
    { ...common, rule: { objectOwnership: "BucketOwnerEnforced" } },
    { parent },
  );
}

/** With a key for the bucket, S3 asks KMS once in a while and not for each object. */
function createEncryption(
  parent: SnapshotBucket,
  name: string,
  common: Common,
  kmsMasterKeyId: pulumi.Input<string>,
): BucketServerSideEncryptionConfiguration {
  const applyServerSideEncryptionByDefault = { sseAlgorithm: "aws:kms", kmsMasterKeyId };
  return new BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { ...common, rules: [{ applyServerSideEncryptionByDefault, bucketKeyEnabled: true }] },
    { parent },
  );
}

/** After the block of public access: S3 refuses two changes of access to a bucket at the same time. */
function createPolicy(
  parent: SnapshotBucket,
  name: string,
  common: Common,
  { account, bucket, prefix, keyArn, readerRoleArns = [] }: SnapshotBucketArgs,
  publicAccess: BucketPublicAccessBlock,
): BucketPolicy {
  const policy = pulumi
    .output(keyArn)
    .apply((key) => policyJson(snapshotBucketPolicy(account, { bucket, prefix, keyArn: key, readerRoleArns })));
  return new BucketPolicy(`${name}-bucket-policy`, { ...common, policy }, { parent, dependsOn: [publicAccess] });
}

function createLifecycle(
  parent: SnapshotBucket,
  name: string,
  common: Common,
  args: SnapshotBucketArgs,
  versioning: BucketVersioning,
): BucketLifecycleConfiguration {
  return new BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    { ...common, rules: lifecycleRules(args) },
    { parent, dependsOn: [versioning] },
  );
}

function createLock(
  parent: SnapshotBucket,
  name: string,
  common: Common,
  { mode, days }: NonNullable<SnapshotBucketArgs["objectLock"]>,
  versioning: BucketVersioning,
): BucketObjectLockConfiguration {
  return new BucketObjectLockConfiguration(
    `${name}-object-lock`,
    { ...common, rule: { defaultRetention: { mode: mode.toUpperCase(), days } } },
    { parent, dependsOn: [versioning] },
  );
}

function createLogging(parent: SnapshotBucket, name: string, common: Common, targetBucket: string): BucketLogging {
  return new BucketLogging(
    `${name}-logging`,
    { ...common, targetBucket, targetPrefix: pulumi.interpolate`${common.bucket}/` },
    { parent },
  );
}
