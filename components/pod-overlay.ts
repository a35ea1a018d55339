import type { PodTemplate } from "./pod";

/**
 * Lays a part of a pod template, as a user wrote it into the settings, over the computed one. Maps merge key by key; lists whose items
 * have names (containers, env, volumes) merge by name, as `kubectl apply` merges them; volume mounts merge by path; other lists replace;
 * `null` takes a value away. Neither argument is altered.
 *
 * The result is not checked here: the API server judges it, at preview, by means of the PodTemplate object of the scale set.
 */
export function overlayPod(template: PodTemplate, overlay: PodTemplateOverlay | undefined): PodTemplate {
  return overlay === undefined ? template : (lay(template, overlay) as PodTemplate);
}

/** Any part of a Kubernetes PodTemplateSpec. */
export interface PodTemplateOverlay {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lay(lower: unknown, upper: unknown): unknown {
  if (Array.isArray(upper)) return layList(Array.isArray(lower) ? lower : [], upper);
  if (!isFields(upper)) return upper;
  const merged = new Map(isFields(lower) ? Object.entries(lower) : []);
  for (const [key, value] of Object.entries(upper)) {
    if (value === null) merged.delete(key);
    else merged.set(key, lay(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** The keys by which Kubernetes tells the items of a list apart, the more specific first. Source: patchMergeKey in core/v1. */
const identities = ["mountPath", "name"] as const;

function layList(lower: readonly unknown[], upper: readonly unknown[]): unknown[] {
  const identity = identities.find((key) => upper.every((item) => isFields(item) && typeof item[key] === "string"));
  if (identity === undefined || upper.length === 0) return [...upper];
  const merged = [...lower];
  for (const item of upper) {
    const index = merged.findIndex((other) => isFields(other) && other[identity] === (item as Fields)[identity]);
    if (index < 0) merged.push(item);
    else merged[index] = lay(merged[index], item);
  }
  return merged;
}
