import type { Settings } from "../stacks/settings";
import { roleArn } from "./aws/arn";
import { policyDocument, type PolicyDocument } from "./aws/policy-document";
import { foreignBucketPolicy } from "./aws/s3-policy";
import type { Cloud } from "./cloud";
import { bucketAccess, iamRoleName } from "./job-roles";

/** What others need to know of the platform's part in AWS: outputs of the stack. */
export function cloudOutputs(settings: Settings, cloud: Cloud | undefined): Record<string, unknown> {
  if (!cloud) return {};
  return {
    awsRoles: Object.fromEntries([...cloud.roles].map(([name, { arn }]) => [name, arn])),
    ...(cloud.unsealKey && { awsUnsealKey: cloud.unsealKey.arn }),
    awsSnapshotKeys: Object.fromEntries([...cloud.snapshotKeys].map(([name, { arn }]) => [name, arn])),
    awsForeignBucketPolicies: foreignBucketPolicies(settings),
  };
}

/** What owners of buckets in other accounts must add to their buckets' policies, by bucket. */
export function foreignBucketPolicies({ aws }: Pick<Settings, "aws">): Record<string, PolicyDocument> {
  if (!aws) return {};
  const uses = Object.entries(aws.jobRoles).flatMap(([role, { buckets = {} }]) =>
    Object.entries(buckets)
      .filter(([, { account }]) => account !== undefined && account !== aws.accountId)
      .map(([bucket, access]) => ({ bucket, role, access })),
  );
  const names = [...new Set(uses.map(({ bucket }) => bucket))];
  return Object.fromEntries(
    names.map((name) => {
      const statements = uses
        .filter(({ bucket }) => bucket === name)
        .flatMap(({ bucket, role, access }, index) =>
          foreignBucketPolicy(
            aws,
            roleArn(aws, iamRoleName(aws, role)),
            bucketAccess(bucket, access),
            String(index + 1),
          ),
        );
      return [name, policyDocument(statements)];
    }),
  );
}
