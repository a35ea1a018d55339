import type { AwsJobRole, AwsSettings } from "../stacks/aws/schema";
import type { Settings } from "../stacks/settings";
import type { AwsAccount } from "./aws/arn";
import { registryStatements } from "./aws/ecr-policy";
import type { Statement } from "./aws/policy-document";
import { type BucketAccess, bucketStatements } from "./aws/s3-policy";
import { parameterStatements } from "./aws/ssm-policy";
import { awsRoleOf, jobServiceAccount } from "./job-account";
import { namespaceOf } from "./runner-namespaces";

/** A role of jobs: what it is called on both sides, who may have it, and what it may do. */
export interface JobRolePlan {
  readonly name: string;
  /** ServiceAccount of the jobs' pods, one in each of the namespaces. */
  readonly serviceAccount: string;
  readonly namespaces: readonly string[];
  readonly statements: readonly Statement[];
  readonly maxSessionSeconds?: number;
}

/** All roles of jobs; none without the section `aws`. */
export function jobRolesOf(settings: Pick<Settings, "aws" | "namespaces" | "scaleSets">): readonly JobRolePlan[] {
  const { aws, namespaces, scaleSets } = settings;
  if (!aws) return [];
  return Object.entries(aws.jobRoles).map(([name, role]) => {
    const sets = Object.values(scaleSets).filter((set) => awsRoleOf(set) === name);
    return {
      name,
      serviceAccount: jobServiceAccount(name, role),
      namespaces: [...new Set(sets.map((set) => namespaceOf(set, namespaces)))],
      statements: jobStatements(aws, role),
      ...(role.maxSessionSeconds !== undefined && { maxSessionSeconds: role.maxSessionSeconds }),
    };
  });
}

/** Name of a role in IAM: those of several clusters lie side by side in one account. */
export function iamRoleName({ cluster }: AwsSettings, name: string): string {
  return `${cluster.name}-${name}`;
}

/** What the role of a job may do. */
export function jobStatements(account: AwsAccount, { buckets = {}, ecr, ssm }: AwsJobRole): Statement[] {
  return [
    ...Object.entries(buckets).flatMap(([bucket, access], index) =>
      bucketStatements(account, bucketAccess(bucket, access), `Bucket${index + 1}`),
    ),
    ...(ecr ? registryStatements(account, ecr) : []),
    ...(ssm ? parameterStatements(account, ssm) : []),
  ];
}

/** A bucket of the settings in the words of policies. */
export function bucketAccess(bucket: string, access: NonNullable<AwsJobRole["buckets"]>[string]): BucketAccess {
  const { account, ...rest } = access;
  return { bucket, ...rest, ...(account !== undefined && { owner: account }) };
}
