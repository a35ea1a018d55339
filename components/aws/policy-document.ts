/** Values of a condition by operator and key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export type Principal = "*" | { readonly AWS: string | readonly string[] } | { readonly Federated: string };

/** One statement of an IAM policy. Policies of identities have no principal, trust policies no resource. */
export interface Statement {
  /** Letters and digits; says in the console what the statement is for. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Principal;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export function policyDocument(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** As AWS takes it. Always in the same order, so that an unchanged policy is no difference. */
export function policyJson(statements: readonly Statement[]): string {
  return JSON.stringify(policyDocument(statements));
}
