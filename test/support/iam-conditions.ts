import type { Conditions } from "../../components/aws/policy-document";
import { arnMatch, wildcardMatch } from "./iam-wildcards";

/** Condition keys of a request with their values. */
export type Context = Readonly<Record<string, string>>;

type Test = (wanted: string, given: string) => boolean;

const equal: Test = (wanted, given) => wanted === given;
const ignoringCase: Test = (wanted, given) => wanted.toLowerCase() === given.toLowerCase();

/** Operators by name; those whose name says "Not" hold if none of the values fits. */
const operators: Readonly<Record<string, Test>> = {
  StringEquals: equal,
  StringNotEquals: equal,
  StringEqualsIgnoreCase: ignoringCase,
  StringNotEqualsIgnoreCase: ignoringCase,
  StringLike: wildcardMatch,
  StringNotLike: wildcardMatch,
  ArnEquals: arnMatch,
  ArnNotEquals: arnMatch,
  ArnLike: arnMatch,
  ArnNotLike: arnMatch,
  Bool: ignoringCase,
};

/** Whether all conditions of a statement hold. Keys are compared without regard to case. */
export function conditionsHold(conditions: Conditions, context: Context): boolean {
  const lower = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, [wanted].flat(), lower.get(key.toLowerCase()))),
  );
}

/**
 * - `Null` asks whether the key is absent ("true") or there ("false").
 * - With the suffix IfExists, an absent key satisfies any operator.
 * - Without it, an absent key satisfies the negated operators and no others.
 */
function holds(operator: string, wanted: readonly string[], given: string | undefined): boolean {
  if (operator === "Null") return wanted.some((value) => (value === "true") === (given === undefined));
  const name = operator.replace(/IfExists$/, "");
  const test = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (!test) throw new Error(`the operator ${operator} is not known here`);
  if (given === undefined) return operator.endsWith("IfExists") || name.includes("Not");
  return wanted.some((value) => test(value, given)) !== name.includes("Not");
}
