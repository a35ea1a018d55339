import { textAt } from "../json.js";
import { failed, READY, waiting, type ReadinessCheck } from "./readiness.js";

/** Ready when bound. A class that binds at the first consumer is not waited for: the pod that uses the claim may come later. */
export const persistentVolumeClaimReady: ReadinessCheck = async (live, api) => {
  const phase = textAt(live, "status", "phase");
  if (phase === "Bound") return READY;
  if (phase === "Lost") return failed("its volume is lost");
  const name = textAt(live, "spec", "storageClassName");
  if (name !== undefined && name !== "") {
    const storageClass = await api.find({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name });
    if (textAt(storageClass, "volumeBindingMode") === "WaitForFirstConsumer") return READY;
    if (storageClass === undefined) return waiting(`it is not bound; its storage class ${name} does not exist`);
  }
  return waiting(`it is not bound${name === undefined ? " and no default storage class is set" : ""}`);
};
