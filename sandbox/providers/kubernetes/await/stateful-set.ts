import { numberAt, objectAt, textAt } from "../json.js";
import { podProblems } from "./pods.js";
import { isObserved, READY, waiting, type ReadinessCheck } from "./readiness.js";

/** Ready when all replicas are ready and, with rolling updates, of the newest revision (down to the partition). */
export const statefulSetReady: ReadinessCheck = async (live, api) => {
  const replicas = numberAt(live, "spec", "replicas") ?? 1;
  if (!isObserved(live)) return waiting("its controller has not seen it yet");
  const ready = numberAt(live, "status", "readyReplicas") ?? 0;
  const updated = numberAt(live, "status", "updatedReplicas") ?? 0;
  const current = textAt(live, "status", "currentRevision") === textAt(live, "status", "updateRevision");
  const rolling = textAt(live, "spec", "updateStrategy", "type") !== "OnDelete";
  const partition = numberAt(live, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const rolled = !rolling || current || (partition > 0 && updated >= Math.max(0, replicas - partition));
  if (ready === replicas && rolled) return READY;
  const problems = await podProblems(api, live.metadata.namespace ?? "default", objectAt(live, "spec", "selector"));
  const counts = `${ready} of ${replicas} replicas ready${rolled ? "" : `, ${updated} updated`}`;
  return waiting([counts, ...problems].join("; "));
};
