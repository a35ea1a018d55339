import { type AwsAccount, bucketArn } from "./arn";
import type { Statement } from "./policy-document";

/** Part of a bucket that snapshots are in, without slash at the end. */
export interface SnapshotPlace {
  readonly bucket: string;
  readonly prefix: string;
}

const write = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];

/**
 * What the backup program may do. Deleting is a separate role's where settings say so: then a writer in wrong hands cannot take older
 * snapshots away. With versions kept, what DeleteObject removes can be had back; DeleteObjectVersion is given to nobody.
 */
export function snapshotWriterStatements(
  account: AwsAccount,
  place: SnapshotPlace,
  mayDelete: boolean,
  sid: string,
): Statement[] {
  const arn = bucketArn(account, place.bucket);
  const Condition = ownBucket(account);
  return [
    listStatement(account, place, sid),
    { Sid: `Uploads${sid}`, Effect: "Allow", Action: "s3:ListBucketMultipartUploads", Resource: arn, Condition },
    {
      Sid: `Objects${sid}`,
      Effect: "Allow",
      Action: mayDelete ? [...write, "s3:DeleteObject"] : write,
      Resource: `${arn}/${place.prefix}/*`,
      Condition,
    },
  ];
}

/** What a role that deletes old snapshots may do: of objects it reads the manifests alone, which say what is old and verified. */
export function snapshotPrunerStatements(account: AwsAccount, place: SnapshotPlace, sid: string): Statement[] {
  const below = `${bucketArn(account, place.bucket)}/${place.prefix}/*`;
  const Condition = ownBucket(account);
  return [
    listStatement(account, place, sid),
    { Sid: `Manifests${sid}`, Effect: "Allow", Action: "s3:GetObject", Resource: `${below}.manifest.json`, Condition },
    { Sid: `Delete${sid}`, Effect: "Allow", Action: "s3:DeleteObject", Resource: below, Condition },
  ];
}

/** What a role that restores snapshots for trial may do: read, and nothing else. */
export function snapshotReaderStatements(account: AwsAccount, place: SnapshotPlace, sid: string): Statement[] {
  const Resource = `${bucketArn(account, place.bucket)}/${place.prefix}/*`;
  return [
    listStatement(account, place, sid),
    { Sid: `Objects${sid}`, Effect: "Allow", Action: "s3:GetObject", Resource, Condition: ownBucket(account) },
  ];
}

function listStatement(account: AwsAccount, { bucket, prefix }: SnapshotPlace, sid: string): Statement {
  return {
    Sid: `List${sid}`,
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: bucketArn(account, bucket),
    Condition: { ...ownBucket(account), StringLike: { "s3:prefix": `${prefix}/*` } },
  };
}

function ownBucket({ accountId }: AwsAccount): { readonly StringEquals: Readonly<Record<string, string>> } {
  return { StringEquals: { "aws:ResourceAccount": accountId } };
}

export interface SnapshotBucketPolicyArgs extends SnapshotPlace {
  /** Key that every object must be encrypted with. */
  readonly keyArn: string;
  /** Roles that may read snapshots besides the account's own, for instance of the account where a restore is rehearsed. */
  readonly readerRoleArns: readonly string[];
}

const encryption = "s3:x-amz-server-side-encryption";
const encryptionKey = `${encryption}-aws-kms-key-id`;
const customerKey = "s3:x-amz-server-side-encryption-customer-algorithm";

/**
 * Policy of a bucket of snapshots. An upload that says nothing about encryption gets the bucket's; one that asks for another kind or key,
 * or brings a key of its own, is refused.
 */
export function snapshotBucketPolicy(account: AwsAccount, args: SnapshotBucketPolicyArgs): Statement[] {
  const { bucket, prefix, keyArn, readerRoleArns } = args;
  const arn = bucketArn(account, bucket);
  const everything = [arn, `${arn}/*`];
  const refuse = (Sid: string, Condition: Statement["Condition"]): Statement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: `${arn}/*`,
    ...(Condition && { Condition }),
  });
  return [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: everything,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    // A negated operator also holds for a key that is not there: who asks for an encryption has to name this key.
    refuse("NoOtherEncryption", { Null: { [encryption]: "false" }, StringNotEquals: { [encryptionKey]: keyArn } }),
    refuse("NoOtherKey", { Null: { [encryptionKey]: "false" }, StringNotEquals: { [encryptionKey]: keyArn } }),
    refuse("NoCustomerKey", { Null: { [customerKey]: "false" } }),
    ...(readerRoleArns.length === 0 ? [] : readerStatements(arn, prefix, readerRoleArns)),
  ];
}

function readerStatements(arn: string, prefix: string, roleArns: readonly string[]): Statement[] {
  const Principal = { AWS: roleArns };
  return [
    {
      Sid: "ReadersList",
      Effect: "Allow",
      Principal,
      Action: "s3:ListBucket",
      Resource: arn,
      Condition: { StringLike: { "s3:prefix": `${prefix}/*` } },
    },
    { Sid: "ReadersObjects", Effect: "Allow", Principal, Action: "s3:GetObject", Resource: `${arn}/${prefix}/*` },
  ];
}
