/**
 * Lays a part of a pod template, as a user wrote it into the settings, over the computed one. Maps merge key by key; lists whose items
 * have names (containers, env, volumes) merge by name, as `kubectl apply` merges them; volume mounts merge by path; other lists replace;
 * `null` takes a value away. Neither argument is altered.
 *
 * The result is not checked here: the API server judges it, at preview, by means of the PodTemplate object of the scale set.
 */
export function overlayPod<T extends object>(template: T, overlay: PodTemplateOverlay | undefined): T {
  return overlay === undefined ? template : (lay(template, overlay) as T);
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
    else if (value !== undefined) merged.set(key, lay(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/**
 * The keys by which Kubernetes tells the items of a list apart, the more specific first: mounts and devices have a `name` too, but that is
 * the volume's, which may be mounted several times. Source: patchMergeKey in core/v1.
 */
const identities = ["mountPath", "devicePath", "name"] as const;

function layList(lower: readonly unknown[], upper: readonly unknown[]): unknown[] {
  const identity = identities.find((key) => upper.every((item) => isFields(item) && typeof item[key] === "string"));
  // A `null` inside a new item takes nothing away, but must not stay either.
  if (identity === undefined || upper.length === 0) return upper.map((item) => lay(undefined, item));
  const merged = [...lower];
  const met = new Set<number>();
  for (const item of upper) {
    // An item given twice stays twice, for the API server to judge: two variables are fine, two containers are not.
    const same = (other: unknown, index: number): boolean =>
      !met.has(index) && isFields(other) && other[identity] === (item as Fields)[identity];
    const found = merged.findIndex(same);
    const index = found < 0 ? merged.length : found;
    merged[index] = lay(merged[index], item);
    met.add(index);
  }
  return merged;
}
