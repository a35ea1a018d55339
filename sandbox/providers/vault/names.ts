import type { Json, JsonObject } from "../shared/json.js";

/** `tokenNoDefaultPolicy` as Vault's interface writes it: `token_no_default_policy`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The inputs of those names under the names of Vault's interface; what is absent is left out. */
export function body(inputs: JsonObject, ...names: readonly string[]): JsonObject {
  const given = names.filter((name) => inputs[name] !== undefined && inputs[name] !== null);
  return Object.fromEntries(given.map((name) => [snakeCase(name), inputs[name]]));
}

/**
 * Like {@link body}, but what is absent is sent as empty: Vault lays what it gets over what it has, so that a bound that was taken out of the
 * settings would still bind (hashicorp/vault-plugin-auth-jwt issue 382).
 */
export function wholeBody(inputs: JsonObject, empty: Readonly<Record<string, Json>>): JsonObject {
  return Object.fromEntries(Object.entries(empty).map(([name, none]) => [snakeCase(name), inputs[name] ?? none]));
}

/** What Vault has, for those inputs that it was given: an input that was never set stays unset. */
export function seen(data: JsonObject, old: JsonObject, ...names: readonly string[]): JsonObject {
  const known = names.filter((name) => old[name] !== undefined && data[snakeCase(name)] !== undefined);
  return Object.fromEntries(known.map((name) => [name, data[snakeCase(name)]]));
}

/** A text input that has to be there. */
export function text(inputs: JsonObject, name: string): string {
  const value = inputs[name];
  return typeof value === "string" ? value : "";
}
