import type { Problem } from "../../../stacks/problems";
import { baselineViolations } from "./pod-security-baseline";
import { podParts } from "./pod-security-parts";
import { restrictedViolations } from "./pod-security-restricted";

/** The Pod Security Standards. */
export type PodSecurityLevel = "privileged" | "baseline" | "restricted";

/**
 * Fields of a pod that keep it out of a namespace of the given Pod Security level, with their paths; containers and volumes go by their
 * names. Source: Kubernetes documentation, "Pod Security Standards", release 1.35. Exemptions for Windows pods and for pods in a user
 * namespace of their own, which older releases do not know, are left out.
 */
export function podSecurityViolations(
  pod: { readonly metadata?: object; readonly spec?: object },
  level: PodSecurityLevel,
): readonly Problem[] {
  if (level === "privileged") return [];
  const parts = podParts(pod);
  return level === "baseline" ? baselineViolations(parts) : restrictedViolations(parts);
}
