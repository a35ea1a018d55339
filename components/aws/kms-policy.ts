import { accountArn, type AwsAccount } from "./arn";
import type { Statement } from "./policy-document";
import { s3Service } from "./s3-policy";

/** What administrators of a key do, and nothing that uses it. Source: AWS KMS documentation, "Key administrators". */
const administration = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListAliases",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

const seal = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"];
const objects = ["kms:GenerateDataKey", "kms:Decrypt"];

/** The policies of a key are a resource policy of the key alone, hence the asterisk: it means this key. */
const thisKey = "*";

/** The account decides by its IAM policies who administers the key; it is not given the use of it, as AWS's default policy does. */
function administrationStatement(account: AwsAccount): Statement {
  return {
    Sid: "Administration",
    Effect: "Allow",
    Principal: { AWS: accountArn(account) },
    Action: administration,
    Resource: thisKey,
  };
}

/**
 * Lets roles of the account use the key if their own policies say so too. They are named in a condition and not as principals: KMS refuses
 * a principal that does not exist yet, and would keep a dead id in place of one that was deleted and made again.
 */
function useStatement(
  account: AwsAccount,
  sid: string,
  actions: readonly string[],
  roleArns: readonly string[],
  conditions: Readonly<Record<string, string>> = {},
): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Principal: { AWS: accountArn(account) },
    Action: actions,
    Resource: thisKey,
    Condition: {
      ArnEquals: { "aws:PrincipalArn": roleArns },
      ...(Object.keys(conditions).length > 0 && { StringEquals: conditions }),
    },
  };
}

/** Policy of the key that opens Vault: the server's role and nobody else may use it, but for that of drills, which open what they restore. */
export function unsealKeyPolicy(account: AwsAccount, serverRoleArn: string, drillRoleArn?: string): Statement[] {
  const roles = [serverRoleArn, ...(drillRoleArn === undefined ? [] : [drillRoleArn])];
  return [administrationStatement(account), useStatement(account, "Unseal", seal, roles)];
}

/** What the server's role needs of it. */
export function unsealStatements(keyArn: string): Statement[] {
  return [{ Sid: "Unseal", Effect: "Allow", Action: seal, Resource: keyArn }];
}

export interface SnapshotKeyUsers {
  /** Role that writes snapshots. */
  readonly writerRoleArn: string;
  /** Role that deletes old ones after reading their manifests. @default the writer */
  readonly prunerRoleArn?: string;
  /** Role that restores snapshots for trial. @default none */
  readonly drillRoleArn?: string;
  /** Roles that only read them, of other accounts too. They must exist. */
  readonly readerRoleArns: readonly string[];
}

/** Policy of the key that a bucket of snapshots is encrypted with: usable through S3 only, where the bucket's policy judges too. */
export function snapshotKeyPolicy(account: AwsAccount, region: string, users: SnapshotKeyUsers): Statement[] {
  const throughS3 = { "kms:ViaService": s3Service(region) };
  const { writerRoleArn, prunerRoleArn, drillRoleArn, readerRoleArns } = users;
  return [
    administrationStatement(account),
    useStatement(account, "WriteSnapshots", objects, [writerRoleArn], throughS3),
    ...(prunerRoleArn === undefined
      ? []
      : [useStatement(account, "ReadManifests", ["kms:Decrypt"], [prunerRoleArn], throughS3)]),
    ...(drillRoleArn === undefined
      ? []
      : [useStatement(account, "RestoreForTrial", ["kms:Decrypt"], [drillRoleArn], throughS3)]),
    ...(readerRoleArns.length === 0
      ? []
      : [
          {
            Sid: "ReadSnapshots",
            Effect: "Allow",
            // As principals: the account of another role cannot be delegated to from here.
            Principal: { AWS: readerRoleArns },
            Action: "kms:Decrypt",
            Resource: thisKey,
            Condition: { StringEquals: throughS3 },
          } satisfies Statement,
        ]),
  ];
}

/** What a role needs of it: the writer for uploads in parts both actions, others Decrypt. */
export function snapshotKeyStatements(region: string, keyArn: string, use: "write" | "read", sid: string): Statement[] {
  return [
    {
      Sid: `Key${sid}`,
      Effect: "Allow",
      Action: use === "write" ? objects : ["kms:Decrypt"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": s3Service(region) } },
    },
  ];
}

/** What the driver of EBS needs of a key that volumes are encrypted with. Grants are for EC2, which attaches volumes, and for nobody else. */
export function volumeKeyStatements(keyArn: string): Statement[] {
  return [
    {
      Sid: "VolumeKey",
      Effect: "Allow",
      Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
      Resource: keyArn,
    },
    {
      Sid: "VolumeKeyGrants",
      Effect: "Allow",
      Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      Resource: keyArn,
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}
