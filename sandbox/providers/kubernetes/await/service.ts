import { isObject, listAt, objectAt, textAt } from "../json.js";
import { READY, waiting, type ReadinessCheck } from "./readiness.js";

/**
 * Ready when a ready pod stands behind it and, for a load balancer, its address is known. Headless services, those without a
 * selector and external names have nothing to wait for.
 */
export const serviceReady: ReadinessCheck = async (live, api) => {
  const type = textAt(live, "spec", "type") ?? "ClusterIP";
  if (type === "ExternalName") return READY;
  if (type === "LoadBalancer" && listAt(live, "status", "loadBalancer", "ingress").length === 0) {
    return waiting("its load balancer has no address yet");
  }
  const headless = textAt(live, "spec", "clusterIP") === "None";
  if (headless || Object.keys(objectAt(live, "spec", "selector")).length === 0) return READY;
  const selector = `kubernetes.io/service-name=${live.metadata.name ?? ""}`;
  const slices = await api.list("discovery.k8s.io/v1", "EndpointSlice", live.metadata.namespace ?? "default", selector);
  const ready = slices.some((slice) =>
    listAt(slice, "endpoints").some(
      (endpoint) => isObject(endpoint) && objectAt(endpoint, "conditions").ready !== false,
    ),
  );
  return ready ? READY : waiting("no ready pod matches its selector");
};
