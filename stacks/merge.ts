/** Whether a value is an object with keys, i.e. neither a list nor `null`. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Lays `upper` over `lower`: objects merge key by key, everything else (lists too) replaces, `null` takes a key away, `undefined` changes
 * nothing. Neither argument is altered.
 */
export function merge(lower: unknown, upper: unknown): unknown {
  if (upper === undefined) return lower;
  if (!isObject(upper)) return upper;
  const merged = new Map(isObject(lower) ? Object.entries(lower) : []);
  for (const [key, value] of Object.entries(upper)) {
    if (value === null) merged.delete(key);
    else merged.set(key, (key === "podTemplate" ? mergeOverlay : merge)(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Like {@link merge} for settings that are themselves laid over something later on: `null` stays, to take its value away there. */
function mergeOverlay(lower: unknown, upper: unknown): unknown {
  if (upper === undefined) return lower;
  if (!isObject(lower) || !isObject(upper)) return upper;
  const laid = Object.entries(upper).map(([key, value]) => [key, mergeOverlay(lower[key], value)] as const);
  return Object.fromEntries([...Object.entries(lower), ...laid]);
}

/** Freezes a value and everything inside it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
