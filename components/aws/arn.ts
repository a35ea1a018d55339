/** Where in AWS the platform lives. All names that IAM needs follow from it, so that no preview has to ask an account. */
export interface AwsAccount {
  readonly partition: string;
  readonly region: string;
  /** Twelve digits. */
  readonly accountId: string;
}

export function roleArn({ partition, accountId }: AwsAccount, roleName: string): string {
  return `arn:${partition}:iam::${accountId}:role/${roleName}`;
}

/** The account itself as a principal: whoever its IAM policies allow. */
export function accountArn({ partition, accountId }: AwsAccount): string {
  return `arn:${partition}:iam::${accountId}:root`;
}

/** A policy that AWS maintains. */
export function managedPolicyArn({ partition }: AwsAccount, name: string): string {
  return `arn:${partition}:iam::aws:policy/${name}`;
}

/** The identity provider that stands for a cluster's issuer. IAM names it by the issuer without its scheme. */
export function oidcProviderArn({ partition, accountId }: AwsAccount, issuer: string): string {
  return `arn:${partition}:iam::${accountId}:oidc-provider/${issuerName(issuer)}`;
}

/** Prefix of the condition keys for tokens of an issuer. */
export function issuerName(issuer: string): string {
  return issuer.replace(/^https:\/\//, "");
}

/** Names of buckets are unique in a partition, so their ARNs have neither region nor account. */
export function bucketArn({ partition }: AwsAccount, bucket: string): string {
  return `arn:${partition}:s3:::${bucket}`;
}

export function repositoryArn({ partition, region, accountId }: AwsAccount, repository: string): string {
  return `arn:${partition}:ecr:${region}:${accountId}:repository/${repository}`;
}

/** Names of parameters begin with a slash, which their ARNs do not repeat. */
export function parameterArn({ partition, region, accountId }: AwsAccount, name: string): string {
  return `arn:${partition}:ssm:${region}:${accountId}:parameter${name}`;
}
