import type { ScheduledSet } from "../../components/arc/schedule/config";
import { scheduledAnnotation, scheduledBy } from "../../components/arc/schedule/handover";
import { type Desired, desired, type Limits } from "../../components/arc/schedule/windows";
import type { ScaleSet, ScaleSets } from "./kubernetes";

/**
 * What became of one scale set:
 *
 * - `same`: it already had the values;
 * - `changed`: one patch has set both;
 * - `absent`: there is none now, it is taken up when it appears;
 * - `deleting`: it is on its way out and left alone;
 * - `released`: Pulumi has taken the decision back; see components/arc/schedule/handover.ts.
 */
export type Outcome = "same" | "changed" | "absent" | "deleting" | "released";

export interface Reconciled {
  readonly outcome: Outcome;
  readonly wanted: Desired;
  /** The values found, when the set exists. */
  readonly before?: Limits;
  /** The controller has parked the set because its runners' version is no longer served. */
  readonly outdated: boolean;
}

/** ARC's meaning of absent fields. */
const unset: Limits = { minRunners: 0, maxRunners: 2_147_483_647 };

/**
 * Brings one scale set to what its schedule wants now.
 *
 * ARC re-creates a set's listener for each change of its spec, so both values go into one patch, and nothing is sent when they are right. The
 * patch names the version that was read: if anybody has changed the set since, it is refused (409), and the next look decides anew.
 */
export async function reconcile(set: ScheduledSet, now: Date, scaleSets: ScaleSets): Promise<Reconciled> {
  const wanted = desired(set.windows, set.base, now);
  const found = await scaleSets.get(set.namespace, set.name);
  if (found === undefined) return { outcome: "absent", wanted, outdated: false };
  const before = limitsOf(found);
  const outdated = found.status?.phase === "Outdated";
  const result = (outcome: Outcome): Reconciled => ({ outcome, wanted, before, outdated });
  if (found.metadata.deletionTimestamp !== undefined) return result("deleting");
  if (found.metadata.annotations?.[scheduledAnnotation] !== scheduledBy) return result("released");
  if (before.minRunners === wanted.minRunners && before.maxRunners === wanted.maxRunners) return result("same");
  await scaleSets.patch(set.namespace, set.name, {
    metadata: { resourceVersion: found.metadata.resourceVersion },
    spec: { minRunners: wanted.minRunners, maxRunners: wanted.maxRunners },
  });
  return result("changed");
}

function limitsOf({ spec }: ScaleSet): Limits {
  return { minRunners: spec?.minRunners ?? unset.minRunners, maxRunners: spec?.maxRunners ?? unset.maxRunners };
}
