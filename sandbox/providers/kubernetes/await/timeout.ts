import type { Operation } from "../context.js";
import { annotation, type KubernetesObject } from "../json.js";

/** As the real plugin: `customTimeouts`, else the annotation, else ten minutes. */
export function timeoutMs(operation: Operation, object: KubernetesObject): number {
  if (operation.timeoutSeconds > 0) return operation.timeoutSeconds * 1000;
  const seconds = Number(annotation(object, "pulumi.com/timeoutSeconds"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 600_000;
}
