import type { z } from "zod";

import { isObject } from "./merge";

/** One thing wrong with the settings, in the words of whoever writes them. */
export interface Problem {
  /** Where: `section.key.key`. */
  readonly path: string;
  /** What is wrong, with the value given. Never a secret's value. */
  readonly what: string;
  readonly allowed?: string;
  readonly fix?: string;
}

/** All problems of a stack as one message, a line each. */
export function formatProblems(stack: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map((problem) => `  ${formatProblem(problem)}`);
  return [`${count} in the settings of stack "${stack}":`, ...lines].join("\n");
}

/** One problem in one line. */
export function formatProblem({ path, what, allowed, fix }: Problem): string {
  return [
    `${path}: ${what}`,
    ...(allowed === undefined ? [] : [`allowed: ${allowed}`]),
    ...(fix === undefined ? [] : [`fix: ${fix}`]),
  ].join("; ");
}

/** Joins a path; keys that are no plain names are put in brackets. */
export function joinPath(...keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => String(key))
    .map((key, index) => (/^[\w-]+$/.test(key) ? `${index === 0 ? "" : "."}${key}` : `[${JSON.stringify(key)}]`))
    .join("");
}

const secretLike = /token|secret|password|private|kubeconfig/i;

/** Forms of GitHub tokens, private keys, and passwords in addresses, which people paste into the wrong place. */
const credentials = /\b(gh[a-z]_|github_pat_)\w+|-----BEGIN [A-Z ]*PRIVATE KEY-----.*|(?<=:\/\/)[^/@\s]+(?=@)/gs;

/** A value as it may appear in a message: short, and hidden where key or content suggest a secret. */
export function show(path: string, value: unknown): string {
  if (value === undefined) return "not set";
  if (secretLike.test(path)) return "given [hidden]";
  const text = JSON.stringify(value).replace(credentials, "[hidden]");
  return `given ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`;
}

/**
 * Problems for what a schema refused. The rule's own text says what is allowed; the commonest causes (numbers in quotes, texts without)
 * get a fix.
 */
export function schemaProblems(
  prefix: readonly PropertyKey[],
  value: unknown,
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key) => unknownKey(joinPath(...prefix, ...issue.path, key), key, known));
    }
    const path = joinPath(...prefix, ...issue.path);
    const given = at(value, issue.path);
    const allowed = issue.code === "invalid_type" && issue.expected === "object" ? "a map of settings" : issue.message;
    const fix = quotesFix(given, issue);
    return [{ path, what: show(path, given), allowed, ...(fix !== undefined && { fix }) }];
  });
}

/** A key nobody reads, with the name that was probably meant. */
export function unknownKey(path: string, key: string, known: readonly string[]): Problem {
  const nearest = nearestName(key, known);
  return {
    path,
    what: "unknown key",
    allowed: known.join(", "),
    ...(nearest !== undefined && { fix: `did you mean ${nearest}?` }),
  };
}

function quotesFix(given: unknown, issue: z.core.$ZodIssue): string | undefined {
  if (issue.code !== "invalid_type") return undefined;
  if (issue.expected === "number" && typeof given === "string" && given.trim() !== "" && !Number.isNaN(Number(given)))
    return "remove the quotes";
  if (issue.expected === "boolean" && (given === "true" || given === "false")) return "remove the quotes";
  if (issue.expected === "string" && (typeof given === "number" || typeof given === "boolean"))
    return "put it in quotes";
  return undefined;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isObject(inner) || Array.isArray(inner) ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const object = path.reduce<unknown>((inner, key) => childSchema(unwrap(inner), key), schema);
  const shape: unknown = Reflect.get(Object(unwrap(object)), "shape");
  return isObject(shape) ? Object.keys(shape) : [];
}

function childSchema(schema: unknown, key: PropertyKey): unknown {
  const holder = Object(schema) as object;
  const shape: unknown = Reflect.get(holder, "shape");
  if (isObject(shape)) return shape[String(key)];
  return Reflect.get(holder, "element") ?? Reflect.get(holder, "valueType");
}

/** The schema inside `.optional()`. */
function unwrap(schema: unknown): unknown {
  const inner: unknown = isObject(schema) ? Reflect.get(schema, "unwrap") : undefined;
  const element: unknown = isObject(schema) ? Reflect.get(schema, "element") : undefined;
  return typeof inner === "function" && element === undefined ? (Reflect.apply(inner, schema, []) as unknown) : schema;
}

/** The known name closest to a mistyped one, if it is close: at most a third of its letters wrong. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** Least number of letters to insert, delete or replace (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
