import type { ObjectApi } from "../objects.js";
import { isObject, listAt, textAt, type Json, type KubernetesObject } from "../json.js";

/** How far an object has come: ready, waiting for something, or failed for good. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly reason: string }
  | { readonly state: "failed"; readonly reason: string };

export const READY: Readiness = { state: "ready" };

export function waiting(reason: string): Readiness {
  return { state: "waiting", reason };
}

export function failed(reason: string): Readiness {
  return { state: "failed", reason };
}

/** Judges a live object; may read others (pods, endpoints, storage classes). */
export type ReadinessCheck = (live: KubernetesObject, api: ObjectApi) => Readiness | Promise<Readiness>;

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export function conditionOf(object: Json | undefined, type: string): Condition | undefined {
  const found = listAt(object, "status", "conditions").find((item) => isObject(item) && item.type === type);
  if (found === undefined) return undefined;
  return {
    type,
    status: textAt(found, "status") ?? "",
    reason: textAt(found, "reason") ?? "",
    message: textAt(found, "message") ?? "",
  };
}

/** Whether the controller has seen the object as it is now. */
export function isObserved(live: KubernetesObject): boolean {
  const observed = isObject(live.status) ? live.status.observedGeneration : undefined;
  return typeof observed === "number" && observed >= (live.metadata.generation ?? 0);
}
