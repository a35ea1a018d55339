import { isObject } from "../../../stacks/merge";
import { joinPath, type Problem } from "../../../stacks/problems";
import type { KubernetesMode } from "../kubernetes-pod";

/** What the rules of a hook template depend on besides the template. */
export interface TemplateContext {
  readonly mode: KubernetesMode;
  /** Whether jobs are meant to have the token of a ServiceAccount. @default false */
  readonly serviceAccountToken?: boolean;
  /** Whether images of side-cars need a digest. @default false: a tag suffices */
  readonly requireDigest?: boolean;
  /** Folders of the node below which volumes may lie. @default any but those of the system */
  readonly hostPaths?: readonly string[];
}

export type Fields = Readonly<Record<string, unknown>>;

/** A container or volume of the template with the path that leads to it: its name where that is unique, else its place in the list. */
export interface Item {
  readonly path: readonly string[];
  readonly fields: Fields;
  /** Empty when there is none. */
  readonly name: string;
}

/** The items of a list of a template, as far as they are objects. */
export function itemsOf(list: unknown, ...path: readonly string[]): readonly Item[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return items.flatMap((fields, index) =>
    isObject(fields)
      ? [
          {
            path: [...path, itemKey(items, index)],
            fields,
            name: typeof fields["name"] === "string" ? fields["name"] : "",
          },
        ]
      : [],
  );
}

/** How a path names an item of a list. */
export function itemKey(list: readonly unknown[], index: number): string {
  const names = list.map((item) => (isObject(item) && typeof item["name"] === "string" ? item["name"] : undefined));
  const name = names[index];
  const unique = name !== undefined && name !== "" && names.indexOf(name) === names.lastIndexOf(name);
  return unique ? name : String(index);
}

export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

export function specOf(document: Fields): Fields {
  return fieldsOf(document["spec"]);
}

export interface TemplateParts {
  readonly spec: Fields;
  readonly containers: readonly Item[];
  /** Containers whose names begin with `$`. */
  readonly extensions: readonly Item[];
  /** The others, and init containers: they are added to the pod as they are. */
  readonly added: readonly Item[];
  readonly volumes: readonly Item[];
}

export function templateParts(document: Fields): TemplateParts {
  const spec = specOf(document);
  const containers = itemsOf(spec["containers"], "spec", "containers");
  const extensions = containers.filter(({ name }) => name.startsWith("$"));
  const sidecars = containers.filter(({ name }) => !name.startsWith("$"));
  const init = itemsOf(spec["initContainers"], "spec", "initContainers");
  return {
    spec,
    containers,
    extensions,
    added: [...sidecars, ...init],
    volumes: itemsOf(spec["volumes"], "spec", "volumes"),
  };
}

/** A field that must not be there. The value is not shown: it may be long, or secret. */
export function mustGo(path: readonly string[], allowed: string, fix = "remove it"): Problem {
  return { path: joinPath(...path), what: "given", allowed: `nothing: ${allowed}`, fix };
}

/** Whether a field holds something; `null` means nothing to Kubernetes. */
export function isGiven(fields: Fields, field: string): boolean {
  return fields[field] !== undefined && fields[field] !== null;
}
