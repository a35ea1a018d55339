import { parseAllDocuments } from "yaml";

import { isObject } from "../../stacks/merge";
import { nearestName } from "../../stacks/problems";

export type Fields = Readonly<Record<string, unknown>>;

export const legacyKinds = ["RunnerDeployment", "RunnerSet", "HorizontalRunnerAutoscaler"] as const;
export type LegacyKind = (typeof legacyKinds)[number];

/** One object of the input. */
export interface LegacyObject {
  readonly kind: LegacyKind;
  readonly name: string;
  readonly spec: Fields;
  /** Where it stands, for messages: file and document. */
  readonly source: string;
}

/** Objects of a file, and what could not be read, a message each that begins with file and document. */
export interface Reading {
  readonly objects: readonly LegacyObject[];
  readonly errors: readonly string[];
}

const group = "actions.summerwind.dev/v1alpha1";

/**
 * The legacy objects of a YAML text with any number of documents. Lists, as `kubectl get -o yaml` prints them, are unfolded; empty documents
 * are passed over; anything else than the three kinds is an error, because nothing would replace it.
 */
export function readObjects(file: string, text: string): Reading {
  const objects: LegacyObject[] = [];
  const errors: string[] = [];
  for (const [index, document] of parseAllDocuments(text).entries()) {
    const source = `${file}, document ${index + 1}`;
    const [mistake] = document.errors;
    if (mistake) errors.push(`${source}: no valid YAML: ${mistake.message.split("\n")[0] ?? ""}`);
    else readObject(source, document.toJS() as unknown, objects, errors);
  }
  return { objects, errors };
}

function readObject(source: string, value: unknown, objects: LegacyObject[], errors: string[]): void {
  if (value === null || value === undefined) return;
  if (!isObject(value)) {
    errors.push(`${source}: no Kubernetes object`);
    return;
  }
  const { apiVersion, kind, items, metadata, spec } = value;
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    for (const [index, item] of items.entries()) readObject(`${source}, item ${index + 1}`, item, objects, errors);
    return;
  }
  const known = legacyKinds.find((name) => name === kind);
  const name = isObject(metadata) ? metadata["name"] : undefined;
  const mistake =
    known === undefined
      ? kindMistake(kind)
      : apiVersion !== group
        ? `apiVersion ${JSON.stringify(apiVersion)}; allowed: ${group}`
        : typeof name !== "string" || name === ""
          ? `a ${known} without metadata.name`
          : isObject(spec)
            ? undefined
            : `${known} ${name} without spec`;
  if (mistake !== undefined) errors.push(`${source}: ${mistake}`);
  else if (known && typeof name === "string" && isObject(spec)) objects.push({ kind: known, name, spec, source });
}

function kindMistake(kind: unknown): string {
  const nearest = typeof kind === "string" ? nearestName(kind, legacyKinds) : undefined;
  const fix = nearest === undefined ? "" : `; fix: did you mean ${nearest}?`;
  return `kind ${JSON.stringify(kind)}; allowed: ${legacyKinds.join(", ")}${fix}`;
}
