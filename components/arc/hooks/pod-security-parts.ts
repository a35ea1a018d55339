import { joinPath, type Problem } from "../../../stacks/problems";
import { type Fields, fieldsOf, type Item, itemsOf } from "./template-parts";

/** A pod, as far as the rules of Pod Security look at it. */
export interface PodParts {
  readonly annotations: Fields;
  /** The pod itself, as a holder of fields like a container. */
  readonly pod: Item;
  readonly containers: readonly Item[];
  readonly volumes: readonly Item[];
}

export function podParts({ metadata, spec }: { readonly metadata?: object; readonly spec?: object }): PodParts {
  const fields = fieldsOf(spec);
  const lists = ["initContainers", "containers", "ephemeralContainers"];
  return {
    annotations: fieldsOf(fieldsOf(metadata)["annotations"]),
    pod: { path: ["spec"], fields, name: "" },
    containers: lists.flatMap((list) => itemsOf(fields[list], "spec", list)),
    volumes: itemsOf(fields["volumes"], "spec", "volumes"),
  };
}

/** One field that a rule restricts. */
export interface FieldRule {
  /** Keys that lead to the field from the pod's spec or a container. */
  readonly field: readonly string[];
  /** Whether a value that is given breaks the rule. */
  readonly forbids: (value: unknown) => boolean;
  readonly allowed: string;
}

export function ruleViolations({ path, fields }: Item, rules: readonly FieldRule[]): Problem[] {
  return rules.flatMap(({ field, forbids, allowed }) => {
    const value = at(fields, field);
    return value !== undefined && value !== null && forbids(value)
      ? [violation([...path, ...field], value, allowed)]
      : [];
  });
}

export function violation(path: readonly string[], value: unknown, allowed: string): Problem {
  return { path: joinPath(...path), what: value === undefined ? "not set" : `given ${JSON.stringify(value)}`, allowed };
}

export function at(fields: Fields, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => fieldsOf(inner)[key], fields);
}

export function listAt(fields: Fields, keys: readonly string[]): readonly unknown[] {
  const value = at(fields, keys);
  return Array.isArray(value) ? value : [];
}
