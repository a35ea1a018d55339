import { conditionOf, failed, READY, waiting, type ReadinessCheck } from "./readiness.js";

/** Established means that the API server serves the new kind. */
export const customResourceDefinitionReady: ReadinessCheck = (live) => {
  const names = conditionOf(live, "NamesAccepted");
  if (names?.status === "False") return failed(`its names are not accepted: ${names.message}`);
  return conditionOf(live, "Established")?.status === "True" ? READY : waiting("it is not established yet");
};
