/**
 * Who decides about `spec.minRunners` and `spec.maxRunners` of a scale set: Pulumi, or the schedule. The set itself says so by an annotation
 * that only Pulumi writes, so there is no moment at which both do.
 *
 * - **Pulumi to schedule**: an update adds the annotation; the two fields are under `ignoreChanges` from then on. The first write of the
 *   schedule makes it their owner, and the provider leaves fields that somebody else owns out of what it applies.
 * - **Schedule to Pulumi**: an update takes the annotation away. That makes a change where otherwise none might be seen, for Pulumi's state
 *   still holds the values of the beginning; it sends the set's own values again, and takes the fields over by force. A schedule that is still
 *   running at that moment finds the annotation gone and lets go; its write is bound to the version it has read.
 */

/** The annotation on a scale set whose limits the schedule decides. */
export const scheduledAnnotation = "runner-platform/limits-by";
export const scheduledBy = "schedule";

/** The name under which the schedule owns the fields it writes; it shows in `kubectl get --show-managed-fields`. */
export const scheduleFieldManager = "runner-platform-schedule";

/**
 * Annotations of a scale set. The force is for the way back and so belongs on the sets *without* schedule; with a schedule the fields are
 * left out, and force decides about nothing.
 */
export function limitAnnotations(scheduled: boolean): Readonly<Record<string, string>> {
  return { "pulumi.com/patchForce": "true", ...(scheduled && { [scheduledAnnotation]: scheduledBy }) };
}

/** `ignoreChanges` of a scale set. */
export function limitIgnoreChanges(scheduled: boolean): string[] {
  return scheduled ? ["spec.minRunners", "spec.maxRunners"] : [];
}
