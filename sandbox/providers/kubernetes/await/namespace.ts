import { textAt } from "../json.js";
import { failed, READY, waiting, type ReadinessCheck } from "./readiness.js";

export const namespaceReady: ReadinessCheck = (live) => {
  const phase = textAt(live, "status", "phase");
  if (phase === "Active") return READY;
  return phase === "Terminating" ? failed("it is being deleted") : waiting(`its phase is ${phase ?? "not set"}`);
};
