import { z } from "zod";

import { dnsLabel, listOf, mapOf, matching, oneOf, text, whole, yesOrNo } from "../schema";
import { bucketNameAllowed, isBucketName, isPrefix, prefixAllowed } from "./names";

const accountId = matching(/^\d{12}$/, "an account's twelve digits in quotes");
const region = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as eu-central-1");
const bucketName = text(bucketNameAllowed, isBucketName);
const prefix = text(prefixAllowed, isPrefix);
const keyArn = matching(
  /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
  "the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID",
);
const roleArn = matching(
  /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  "the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME, without wildcards",
);

const bucketAccess = z.strictObject({
  prefixes: listOf(prefix, "a list of prefixes").optional(),
  access: oneOf(["read", "readWrite"]),
  account: accountId.optional(),
  kmsKeyArn: keyArn.optional(),
});

/** What jobs of some sets may do in AWS. */
const jobRole = z.strictObject({
  serviceAccount: dnsLabel.optional(),
  buckets: mapOf(bucketAccess, "access by names of buckets").optional(),
  ecr: z
    .strictObject({
      repositories: listOf(
        matching(
          /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/,
          "the name of a repository such as platform/runner, without wildcards",
        ),
        "a list of repositories",
      ),
      access: oneOf(["pull", "push"]),
    })
    .optional(),
  ssm: z
    .strictObject({
      paths: listOf(
        matching(/^(\/[\w.-]+)+$/, "a path such as /ci/app, with a slash in front, none at the end and no wildcards"),
        "a list of paths",
      ),
      access: oneOf(["read", "write"]),
    })
    .optional(),
  maxSessionSeconds: whole(3600, 43_200).optional(),
});

const snapshotBucket = z.strictObject({
  bucket: bucketName,
  region: region.optional(),
  accessLogBucket: bucketName.optional(),
});

/** What the platform has in AWS beside the cluster, which is somebody else's. */
export const awsSchema = z.strictObject({
  region,
  accountId,
  partition: oneOf(["aws", "aws-us-gov"]),
  cluster: z.strictObject({
    name: matching(/^[A-Za-z0-9][\w-]{0,99}$/, "the name of the EKS cluster"),
    oidcIssuer: matching(
      /^https:\/\/oidc\.eks\.[a-z0-9-]+\.amazonaws\.com\/id\/[A-Z0-9]{32}$/,
      "https://oidc.eks.REGION.amazonaws.com/id/ID, as `aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer` prints it",
    ),
    createOidcProvider: yesOrNo,
  }),
  permissionsBoundary: matching(
    /^arn:[\w-]+:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
    "the ARN of a policy",
  ).optional(),
  jobRoles: mapOf(jobRole, "roles of jobs by name"),
  csiDrivers: z.strictObject({ ebs: yesOrNo, efs: yesOrNo }),
  vault: z.strictObject({
    namespace: dnsLabel,
    serviceAccount: dnsLabel,
    backupServiceAccount: dnsLabel,
    prunerServiceAccount: dnsLabel,
    drillServiceAccount: dnsLabel,
  }),
  unseal: z.strictObject({ deletionWindowDays: whole(7, 30).optional() }).optional(),
  backup: z
    .strictObject({
      buckets: mapOf(snapshotBucket, "buckets by a short name"),
      prefix: prefix.optional(),
      pruner: oneOf(["writer", "ownRole"]).optional(),
      expireDays: whole(7, 3650),
      noncurrentDays: whole(1, 3650).optional(),
      objectLock: z.strictObject({ mode: oneOf(["governance", "compliance"]), days: whole(1, 3650) }).optional(),
      readerRoleArns: listOf(roleArn, "a list of ARNs of roles").optional(),
    })
    .optional(),
});

export type AwsSettings = z.output<typeof awsSchema>;
export type AwsJobRole = AwsSettings["jobRoles"][string];
export type AwsBackup = NonNullable<AwsSettings["backup"]>;
