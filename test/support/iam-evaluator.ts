import type { PolicyDocument, Statement } from "../../components/aws/policy-document";
import { conditionsHold, type Context } from "./iam-conditions";
import { wildcardMatch } from "./iam-wildcards";

/**
 * Judges a request by policies as AWS documents it ("Policy evaluation logic" of the IAM user guide), for the parts of the policy language
 * that the platform uses. Whatever it does not know (variables, sets of values, NotPrincipal, dates, numbers, addresses) is an error and
 * never a guess. Not modelled, because no test needs them: permissions boundaries, service and resource control policies, session policies,
 * grants of KMS.
 *
 * A test by it proves what the documents say; that AWS reads them the same way it cannot prove.
 */
export interface AccessRequest {
  /** ARN of a role, or of an identity provider whose token is presented to STS. */
  readonly principal: string;
  /** Such as `s3:GetObject`. */
  readonly action: string;
  /** ARN of what the action is on; `*` for actions that are on nothing. */
  readonly resource: string;
  /** Account that the resource belongs to. @default the principal's */
  readonly resourceAccount?: string;
  /** Condition keys of the request. Those about principal and resource account are added. */
  readonly context?: Context;
}

export interface AccessPolicies {
  /** Policies of the role. */
  readonly identity?: readonly PolicyDocument[];
  /** Policy of the bucket or key, or the trust policy of a role that is to be assumed. */
  readonly resource?: PolicyDocument;
}

export type Decision = "allowed" | "explicitly denied" | "implicitly denied";

export function decide(request: AccessRequest, { identity = [], resource }: AccessPolicies): Decision {
  const context = fullContext(request);
  const own = identity.flatMap(({ Statement }) => Statement).filter((statement) => isIdentityStatement(statement));
  const applying = own.filter((statement) => applies(statement, request, context));
  const onResource = (resource?.Statement ?? []).map((statement) => ({
    statement,
    reach: reachOf(statement, request.principal),
  }));
  const reaching = onResource.filter(
    ({ statement, reach }) => reach !== "nobody" && applies(statement, request, context),
  );
  const all = [...applying, ...reaching.map(({ statement }) => statement)];
  if (all.some(({ Effect }) => Effect === "Deny")) return "explicitly denied";
  const byIdentity = applying.length > 0;
  const byPrincipal = reaching.some(({ reach }) => reach === "principal");
  const byAccount = reaching.some(({ reach }) => reach === "account");
  return isAllowed(request, byIdentity, byPrincipal, byAccount) ? "allowed" : "implicitly denied";
}

/**
 * - Across accounts, both sides must allow.
 * - In one account, one of both does; but a policy that names the account only lets the identities' policies decide.
 * - Keys and roles (trust) have to be opened by their own policy in any case.
 */
function isAllowed(request: AccessRequest, identity: boolean, principal: boolean, account: boolean): boolean {
  if (request.principal.includes(":oidc-provider/")) return principal;
  const across = accountOf(request.principal) !== resourceAccountOf(request);
  if (across) return identity && (principal || account);
  if (request.action.startsWith("kms:")) return principal || (account && identity);
  return principal || identity;
}

function isIdentityStatement(statement: Statement): boolean {
  if (statement.Principal !== undefined) throw new Error(`${statement.Sid}: an identity's policy names no principal`);
  return true;
}

function applies(statement: Statement, request: AccessRequest, context: Context): boolean {
  refuseUnknown(statement);
  return (
    actionMatches(statement, request.action) &&
    resourceMatches(statement, request.resource) &&
    conditionsHold(statement.Condition ?? {}, context)
  );
}

const known = ["Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

function refuseUnknown(statement: Statement): void {
  const unknown = Object.keys(statement).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${statement.Sid}: not known here: ${unknown.join(", ")}`);
  if (JSON.stringify(statement).includes("${")) throw new Error(`${statement.Sid}: variables are not known here`);
}

/** Actions are compared without regard to case, resources with. */
function actionMatches(statement: Statement, action: string): boolean {
  const [listed, negated] = oneOfTwo(statement, "Action", "NotAction");
  return negated !== listed.some((pattern) => wildcardMatch(pattern.toLowerCase(), action.toLowerCase()));
}

/** A trust policy has no resource: it is about its own role. */
function resourceMatches(statement: Statement, resource: string): boolean {
  if (!("Resource" in statement) && !("NotResource" in statement)) return statement.Principal !== undefined;
  const [listed, negated] = oneOfTwo(statement, "Resource", "NotResource");
  return negated !== listed.some((pattern) => wildcardMatch(pattern, resource));
}

function oneOfTwo(statement: Statement, key: string, negation: string): readonly [listed: string[], negated: boolean] {
  const plain: unknown = Reflect.get(statement, key);
  const negated: unknown = Reflect.get(statement, negation);
  if ((plain === undefined) === (negated === undefined))
    throw new Error(`${statement.Sid}: exactly one of ${key} and ${negation}`);
  return [[plain ?? negated].flat() as string[], plain === undefined];
}

/** Whom a statement of a resource's policy means: the principal itself, its whole account, or others. */
function reachOf(statement: Statement, principal: string): "principal" | "account" | "nobody" {
  const { Principal } = statement;
  if (Principal === undefined) throw new Error(`${statement.Sid}: a resource's policy names principals`);
  if (Principal === "*") return "principal";
  const listed = "AWS" in Principal ? [Principal.AWS].flat() : [Principal.Federated];
  if (listed.includes("*")) return "principal";
  const vague = listed.find((entry) => /[*?]/.test(entry));
  if (vague !== undefined) throw new Error(`${statement.Sid}: AWS refuses the principal ${vague}`);
  if (listed.includes(principal)) return "principal";
  const account = accountOf(principal);
  const whole = listed.some(
    (entry) => entry === account || new RegExp(`^arn:[\\w-]+:iam::${account}:root$`).test(entry),
  );
  return whole && !principal.includes(":oidc-provider/") ? "account" : "nobody";
}

function fullContext(request: AccessRequest): Context {
  return {
    "aws:PrincipalArn": request.principal,
    "aws:PrincipalAccount": accountOf(request.principal),
    "aws:ResourceAccount": resourceAccountOf(request),
    ...request.context,
  };
}

function resourceAccountOf({ resourceAccount, principal }: AccessRequest): string {
  return resourceAccount ?? accountOf(principal);
}

function accountOf(arn: string): string {
  const account = arn.split(":")[4];
  if (account === undefined || account === "") throw new Error(`no account in ${arn}`);
  return account;
}
