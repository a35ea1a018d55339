import { type AwsAccount, bucketArn } from "./arn";
import type { Statement } from "./policy-document";

export interface BucketAccess {
  readonly bucket: string;
  /** What may be used of it, without slash at the end. @default the whole bucket */
  readonly prefixes?: readonly string[];
  readonly access: "read" | "readWrite";
  /** Account that the bucket belongs to. @default the role's */
  readonly owner?: string;
  /** Key that the bucket's objects are encrypted with, if it is not S3's own. @default none */
  readonly kmsKeyArn?: string;
}

const readObjects = ["s3:GetObject"];
/** Uploads in parts are finished with PutObject, and have to be given up and looked at by those who began them. */
const writeObjects = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];

/**
 * What a role may do with a bucket. Listing belongs to the bucket, reading and writing to its objects. No rights on ACLs: they are off in
 * buckets made since 2023, and where they are on they could give objects to others. Nothing may be deleted; an overwritten object can be had
 * back where the bucket keeps versions.
 *
 * The account is named because names of buckets can be taken by anybody once they are free.
 */
export function bucketStatements(account: AwsAccount, access: BucketAccess, sid: string): Statement[] {
  const arn = bucketArn(account, access.bucket);
  const owner = { "aws:ResourceAccount": access.owner ?? account.accountId };
  return [
    {
      Sid: `List${sid}`,
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: arn,
      Condition: {
        StringEquals: owner,
        ...(access.prefixes && { StringLike: { "s3:prefix": access.prefixes.map(below) } }),
      },
    },
    {
      Sid: `Objects${sid}`,
      Effect: "Allow",
      Action: objectActions(access),
      Resource: objectArns(arn, access.prefixes),
      Condition: { StringEquals: owner },
    },
    ...(access.kmsKeyArn === undefined ? [] : [keyStatement(access, access.kmsKeyArn, sid)]),
  ];
}

function objectActions({ access }: BucketAccess): readonly string[] {
  return access === "read" ? readObjects : [...readObjects, ...writeObjects];
}

function objectArns(arn: string, prefixes: readonly string[] | undefined): string | readonly string[] {
  return prefixes ? prefixes.map((prefix) => `${arn}/${below(prefix)}`) : `${arn}/*`;
}

/** With the slash: `ci` must not reach into `ci-secrets`. */
function below(prefix: string): string {
  return `${prefix}/*`;
}

/** The key may be used through S3 only, never directly. An upload in parts needs Decrypt too. */
function keyStatement({ access }: BucketAccess, keyArn: string, sid: string): Statement {
  const [, , , region = ""] = keyArn.split(":");
  return {
    Sid: `Key${sid}`,
    Effect: "Allow",
    Action: access === "read" ? "kms:Decrypt" : ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: keyArn,
    Condition: { StringEquals: { "kms:ViaService": s3Service(region) } },
  };
}

/** S3 of a region as KMS calls it. */
export function s3Service(region: string): string {
  return `s3.${region}.amazonaws.com`;
}

/**
 * What the owner of a bucket in another account has to add to its policy. Across accounts both sides must allow: this and the role's own
 * {@link bucketStatements}.
 */
export function foreignBucketPolicy(account: AwsAccount, role: string, access: BucketAccess, sid: string): Statement[] {
  const arn = bucketArn(account, access.bucket);
  const Principal = { AWS: role };
  return [
    {
      Sid: `CrossAccountList${sid}`,
      Effect: "Allow",
      Principal,
      Action: "s3:ListBucket",
      Resource: arn,
      ...(access.prefixes && { Condition: { StringLike: { "s3:prefix": access.prefixes.map(below) } } }),
    },
    {
      Sid: `CrossAccountObjects${sid}`,
      Effect: "Allow",
      Principal,
      Action: objectActions(access),
      Resource: objectArns(arn, access.prefixes),
    },
  ];
}
