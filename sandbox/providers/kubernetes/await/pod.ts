import { textAt } from "../json.js";
import { problemsOf } from "./pods.js";
import { conditionOf, failed, READY, waiting, type ReadinessCheck } from "./readiness.js";

/** Ready when all containers are ready, or have ended well. */
export const podReady: ReadinessCheck = (live) => {
  const phase = textAt(live, "status", "phase");
  if (phase === "Succeeded" || conditionOf(live, "Ready")?.status === "True") return READY;
  const problems = problemsOf(live).join("; ");
  if (phase === "Failed")
    return failed(problems === "" ? (textAt(live, "status", "message") ?? "it ended with an error") : problems);
  return waiting(problems === "" ? `its phase is ${phase ?? "not set"}` : problems);
};
