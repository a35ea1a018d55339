import type { AwsAccount } from "../../components/aws/arn";
import { policyDocument, type PolicyDocument, type Statement } from "../../components/aws/policy-document";
import { type AccessRequest, decide, type Decision } from "./iam-evaluator";

/** AWS's own placeholders for documentation. */
export const account: AwsAccount = { partition: "aws", region: "eu-central-1", accountId: "111122223333" };
export const otherAccount = "444455556666";
export const issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041A";

/** The least section `aws`. */
export const awsSection = {
  region: account.region,
  accountId: account.accountId,
  cluster: { name: "ci", oidcIssuer: issuer },
};

export const roleArnOf = (name: string) => `arn:aws:iam::${account.accountId}:role/${name}`;

/** Decisions about requests of one role with these statements, over a connection as S3 wants it. */
export class Judge {
  public constructor(
    private readonly role: string,
    private readonly identity: readonly Statement[],
    private readonly resource?: readonly Statement[],
  ) {}

  public decide(action: string, resource: string, request: Partial<AccessRequest> = {}): Decision {
    const context = { "aws:SecureTransport": "true", ...request.context };
    return decide(
      { principal: this.role, action, resource, ...request, context },
      {
        identity: [policyDocument(this.identity)],
        ...(this.resource && { resource: policyDocument(this.resource) }),
      },
    );
  }

  public may(action: string, resource: string, request: Partial<AccessRequest> = {}): boolean {
    return this.decide(action, resource, request) === "allowed";
  }
}

/** A policy as a resource was given it. */
export function parsePolicy(value: unknown): PolicyDocument {
  if (typeof value !== "string") throw new Error(`no policy: ${JSON.stringify(value)}`);
  return JSON.parse(value) as PolicyDocument;
}
