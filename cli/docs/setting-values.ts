import { isObject } from "../../stacks/merge";
import { anyName } from "./setting-rows";

/** The value at a path; `undefined` where there is none. */
export function valueAt(settings: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    settings,
  );
}

/** The paths that a path with {@link anyName} stands for in some settings; one without stands for itself. */
export function concretePaths(path: readonly string[], settings: readonly unknown[]): readonly (readonly string[])[] {
  const at = path.indexOf(anyName);
  if (at < 0) return [path];
  const before = path.slice(0, at);
  const names = settings.flatMap((one) => {
    const map = valueAt(one, before);
    return isObject(map) ? Object.keys(map) : [];
  });
  return [...new Set(names)].flatMap((name) => concretePaths([...before, name, ...path.slice(at + 1)], settings));
}

/** A value in one line: maps and lists without braces where they are flat. */
export function inLine(value: unknown): string {
  if (value === undefined) return "–";
  if (Array.isArray(value) && value.length > 0 && value.every(isFlat)) return code(value.join(", "));
  if (isObject(value) && Object.keys(value).length > 0 && Object.values(value).every(isFlat)) {
    const entries = Object.entries(value).map(([key, inner]) => `${key}: ${String(inner)}`);
    return code(entries.join(", "));
  }
  return code(typeof value === "string" ? value : JSON.stringify(value));
}

function isFlat(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function code(text: string): string {
  return `\`${text.replaceAll("\n", " ").replaceAll("|", "\\|")}\``;
}
