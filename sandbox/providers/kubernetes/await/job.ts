import { numberAt, objectAt } from "../json.js";
import { podProblems } from "./pods.js";
import { conditionOf, failed, READY, waiting, type ReadinessCheck } from "./readiness.js";

/** Ready when the job is complete; a suspended job is not waited for. */
export const jobReady: ReadinessCheck = async (live, api) => {
  if (objectAt(live, "spec").suspend === true || conditionOf(live, "Complete")?.status === "True") return READY;
  const failure = conditionOf(live, "Failed");
  const problems = await podProblems(api, live.metadata.namespace ?? "default", objectAt(live, "spec", "selector"));
  if (failure?.status === "True") return failed([`${failure.reason}: ${failure.message}`, ...problems].join("; "));
  const succeeded = numberAt(live, "status", "succeeded") ?? 0;
  return waiting(
    [`${succeeded} of ${numberAt(live, "spec", "completions") ?? 1} pods succeeded`, ...problems].join("; "),
  );
};
