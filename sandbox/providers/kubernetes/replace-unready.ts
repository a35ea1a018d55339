import { type KubernetesObject, textAt, valueAt } from "./json.js";
import type { PropertyMap } from "../shared/values.js";
import { reveal } from "../shared/values.js";

/** Asks for a Job that failed to be made anew by the next deployment, as the real plugin does. */
const annotation = "pulumi.com/replaceUnready";

/**
 * Whether the Job that an earlier deployment left has failed, and its inputs say that such a one is to be replaced: nothing else would ever
 * make it run again.
 *
 * @param state outputs of the earlier deployment, which are there also when it failed while waiting.
 */
export function replacesUnready(now: KubernetesObject, state: PropertyMap): boolean {
  if (now.kind !== "Job" || textAt(now.metadata.annotations, annotation) !== "true") return false;
  const conditions = valueAt(reveal(state), "status", "conditions");
  return (
    Array.isArray(conditions) &&
    conditions.some((condition) => textAt(condition, "type") === "Failed" && textAt(condition, "status") === "True")
  );
}
