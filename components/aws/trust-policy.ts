import { type AwsAccount, issuerName, oidcProviderArn } from "./arn";
import type { Statement } from "./policy-document";

/** What the tokens that EKS projects into pods are issued for. */
export const tokenAudience = "sts.amazonaws.com";

/** An identity of the cluster. */
export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

/** How the tokens of a service account call it (`sub`). */
export function subjectOf({ namespace, name }: ServiceAccountRef): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/**
 * Who may take on a role: pods of exactly these service accounts of exactly this cluster. Both conditions are needed: without `sub` every
 * pod of the cluster could, without `aud` so could a token that was issued for another service.
 */
export function trustPolicy(
  account: AwsAccount,
  issuer: string,
  serviceAccounts: readonly ServiceAccountRef[],
): readonly Statement[] {
  const subjects = serviceAccounts.map(subjectOf);
  const [only] = subjects;
  return [
    {
      Sid: "PodsOfServiceAccount",
      Effect: "Allow",
      Principal: { Federated: oidcProviderArn(account, issuer) },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: {
        StringEquals: {
          [`${issuerName(issuer)}:sub`]: subjects.length === 1 && only !== undefined ? only : subjects,
          [`${issuerName(issuer)}:aud`]: tokenAudience,
        },
      },
    },
  ];
}
