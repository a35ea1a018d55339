import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

export interface JobAccountArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the ServiceAccount. */
  readonly account: string;
  /** ARN of a role in AWS which trusts this account. @default none: the account has no rights anywhere */
  readonly roleArn?: pulumi.Input<string>;
  /** Secret for pulling the images of jobs. @default none */
  readonly pullSecret?: string;
}

/**
 * The identity of jobs' pods. Pull secrets hang on it and not on the pods: a list in the hook template would replace the credentials that a
 * workflow gives for its own container, while those of a service account only fill an empty list.
 *
 * Its token for the Kubernetes API stays away from jobs. The one for AWS is another: EKS projects it into pods of annotated accounts.
 */
export function createJobAccount(
  name: string,
  { namespace, account, roleArn, pullSecret }: JobAccountArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(
    name,
    {
      metadata: { name: account, namespace, ...(roleArn !== undefined && { annotations: irsaAnnotations(roleArn) }) },
      automountServiceAccountToken: false,
      ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
    },
    opts,
  );
}

/** The global endpoint of STS is in one region; jobs must not depend on it. */
function irsaAnnotations(roleArn: pulumi.Input<string>): Record<string, pulumi.Input<string>> {
  return { "eks.amazonaws.com/role-arn": roleArn, "eks.amazonaws.com/sts-regional-endpoints": "true" };
}
