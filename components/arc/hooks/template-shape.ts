import { isObject } from "../../../stacks/merge";
import { joinPath, type Problem, show, unknownKey } from "../../../stacks/problems";
import { apiFields, lostBy07 } from "./api-fields";
import { type Fields, itemKey, type TemplateContext } from "./template-parts";

/**
 * Keys that nobody reads and values of the wrong kind, at every depth: of the template itself, which the hook reads, and of the pod's
 * specification, which Kubernetes reads.
 */
export function shapeProblems(document: Fields, { mode }: TemplateContext): Problem[] {
  const problems: Problem[] = [];
  for (const key of Object.keys(document)) {
    if (key !== "metadata" && key !== "spec") problems.push(ignored(unknownKey(key, key, ["metadata", "spec"])));
  }
  if (isObject(document["metadata"])) problems.push(...metadataProblems(document["metadata"]));
  else if (document["metadata"] !== undefined)
    problems.push({ path: "metadata", what: show("", document["metadata"]), allowed: "labels and annotations" });
  const visitor: Visitor = { problems, lost: mode === "kubernetes" ? lostBy07 : {} };
  visit(visitor, ["spec"], document["spec"], "PodSpec");
  return problems;
}

function metadataProblems(metadata: Fields): Problem[] {
  const known = ["labels", "annotations"];
  const unknown = Object.keys(metadata).filter((key) => !known.includes(key));
  const visitor: Visitor = { problems: [], lost: {} };
  for (const key of known) visit(visitor, ["metadata", key], metadata[key], "map");
  return [...unknown.map((key) => ignored(unknownKey(`metadata.${key}`, key, known))), ...visitor.problems];
}

/** The hook reads only these keys, and says nothing about others. */
function ignored(problem: Problem): Problem {
  return { ...problem, what: "ignored by the hook", fix: problem.fix ?? "remove it" };
}

interface Visitor {
  readonly problems: Problem[];
  readonly lost: Readonly<Record<string, readonly string[]>>;
}

function visit(visitor: Visitor, path: readonly string[], value: unknown, kind: string): void {
  if (value === undefined || value === null || kind === "any") return;
  const plain = plainKinds[kind];
  if (kind.endsWith("[]")) visitList(visitor, path, value, kind.slice(0, -2));
  else if (plain) {
    if (!plain.test(value)) visitor.problems.push(wrongKind(path, value, plain.allowed, quotesFix(value, kind)));
  } else if (isObject(value)) visitFields(visitor, path, value, kind);
  else visitor.problems.push(wrongKind(path, value, `fields of a ${kind}`));
}

function visitList(visitor: Visitor, path: readonly string[], value: unknown, kind: string): void {
  if (!Array.isArray(value)) {
    visitor.problems.push(wrongKind(path, value, "a list"));
    return;
  }
  const items: readonly unknown[] = value;
  for (const [index, item] of items.entries()) visit(visitor, [...path, itemKey(items, index)], item, kind);
}

function visitFields(visitor: Visitor, path: readonly string[], fields: Fields, type: string): void {
  const known = new Map((apiFields[type] ?? "").split(" ").map((entry) => splitEntry(entry)));
  for (const [key, value] of Object.entries(fields)) {
    const kind = known.get(key);
    if (kind === undefined) visitor.problems.push(unknownField([...path, key], key, [...known.keys()]));
    else if (visitor.lost[type]?.includes(key) === true)
      visitor.problems.push({
        path: joinPath(...path, key),
        what: "not sent by the hooks of mode kubernetes, whose Kubernetes client does not know it",
        fix: "remove it, or use the mode kubernetes-novolume",
      });
    else visit(visitor, [...path, key], value, kind);
  }
}

/** A specification has so many fields that a list of them would hide what is wrong; the nearest is named where one is near. */
function unknownField(path: readonly string[], key: string, known: readonly string[]): Problem {
  const { fix } = unknownKey("", key, known);
  const allowed = known.length <= 12 ? known.join(", ") : "fields of the Kubernetes API";
  return { path: joinPath(...path), what: "unknown key", allowed, ...(fix !== undefined && { fix }) };
}

function splitEntry(entry: string): readonly [string, string] {
  const [field = "", kind = "string"] = entry.split(":");
  return [field, kind];
}

const plainKinds: Readonly<Record<string, { readonly allowed: string; readonly test: (value: unknown) => boolean }>> = {
  string: { allowed: "a text", test: (value) => typeof value === "string" },
  number: { allowed: "a number", test: (value) => typeof value === "number" },
  boolean: { allowed: "true or false", test: (value) => typeof value === "boolean" },
  port: {
    allowed: "a number or a port's name",
    test: (value) => typeof value === "number" || typeof value === "string",
  },
  map: {
    allowed: "a map of texts",
    test: (value) => isObject(value) && Object.values(value).every((inner) => typeof inner === "string"),
  },
  quantities: {
    allowed: "a map of resource names with quantities",
    test: (value) =>
      isObject(value) && Object.values(value).every((inner) => typeof inner === "string" || typeof inner === "number"),
  },
};

function quotesFix(value: unknown, kind: string): string | undefined {
  if (kind === "string" && (typeof value === "number" || typeof value === "boolean")) return "put it in quotes";
  if (kind === "map" && isObject(value)) return "put numbers, true and false in quotes";
  if (typeof value === "string" && (kind === "number" || kind === "boolean")) return "remove the quotes";
  return undefined;
}

function wrongKind(path: readonly string[], value: unknown, allowed: string, fix?: string): Problem {
  const joined = joinPath(...path);
  return { path: joined, what: show(joined, value), allowed, ...(fix !== undefined && { fix }) };
}
