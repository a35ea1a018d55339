import { Document, isScalar, Scalar, visit } from "yaml";

import type { HookTemplateDocument } from "./hook-input";

/** A hook template as the text of its ConfigMap. */
export function hookTemplateYaml(document: HookTemplateDocument): string {
  return plainYaml(document);
}

/**
 * A value as YAML that every reader takes for the same. Equal values give equal text, whatever the order of their keys, and any text that
 * some reader could take for something else, such as `on`, `1e3` or a date, is quoted: the hooks' reader knows another version of YAML than
 * ours.
 */
export function plainYaml(value: object): string {
  const yaml = new Document(value, { aliasDuplicateObjects: false, sortMapEntries: byKey });
  visit(yaml, {
    Scalar(_, node) {
      if (typeof node.value === "string") node.type = isPlain(node.value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
    },
  });
  return yaml.toString({ lineWidth: 0 });
}

const words = /^[A-Za-z/][A-Za-z0-9/_.-]*$/;
const reserved = /^(y|yes|n|no|true|false|on|off|null)$/i;

function isPlain(text: string): boolean {
  return words.test(text) && !reserved.test(text);
}

/** Names first, the rest by the alphabet: so a list of containers is easy to read. */
function byKey(one: { readonly key: unknown }, other: { readonly key: unknown }): number {
  const [a, b] = [sortKey(one.key), sortKey(other.key)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortKey(key: unknown): string {
  const text = String(isScalar(key) ? key.value : key);
  return text === "name" ? "" : text;
}
