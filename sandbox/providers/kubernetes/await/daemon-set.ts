import { numberAt, objectAt, textAt } from "../json.js";
import { podProblems } from "./pods.js";
import { isObserved, READY, waiting, type ReadinessCheck } from "./readiness.js";

/** Ready when every node that should run the pod runs the newest one and it is available. */
export const daemonSetReady: ReadinessCheck = async (live, api) => {
  if (!isObserved(live)) return waiting("its controller has not seen it yet");
  const wanted = numberAt(live, "status", "desiredNumberScheduled") ?? 0;
  const updated = numberAt(live, "status", "updatedNumberScheduled") ?? 0;
  const available = numberAt(live, "status", "numberAvailable") ?? 0;
  const rolling = textAt(live, "spec", "updateStrategy", "type") !== "OnDelete";
  if (available >= wanted && (!rolling || updated >= wanted)) return READY;
  const problems = await podProblems(api, live.metadata.namespace ?? "default", objectAt(live, "spec", "selector"));
  return waiting([`${available} of ${wanted} pods available, ${updated} updated`, ...problems].join("; "));
};
