import { numberAt, objectAt } from "../json.js";
import { podProblems } from "./pods.js";
import { conditionOf, failed, isObserved, READY, waiting, type ReadinessCheck } from "./readiness.js";

/** Ready when the rollout is complete: all replicas updated and available, none of an older revision left. */
export const deploymentReady: ReadinessCheck = async (live, api) => {
  const replicas = numberAt(live, "spec", "replicas") ?? 1;
  const progressing = conditionOf(live, "Progressing");
  if (!isObserved(live)) return waiting("its controller has not seen it yet");
  const updated = numberAt(live, "status", "updatedReplicas") ?? 0;
  const total = numberAt(live, "status", "replicas") ?? 0;
  const available = numberAt(live, "status", "availableReplicas") ?? 0;
  if (updated === replicas && total === replicas && available === replicas) return READY;
  const problems = await podProblems(api, live.metadata.namespace ?? "default", objectAt(live, "spec", "selector"));
  const counts = `${updated} of ${replicas} replicas updated, ${available} available`;
  const reason = [counts, ...problems].join("; ");
  if (progressing?.status === "False" && progressing.reason === "ProgressDeadlineExceeded") {
    return failed(`no progress within its deadline (${progressing.message}); ${reason}`);
  }
  const failure = conditionOf(live, "ReplicaFailure");
  return waiting(failure?.status === "True" ? `${reason}; ${failure.message}` : reason);
};
