import type { CountedPod, PodDemand } from "./quota";
import { formatQuantity, quantity } from "../quantity";

/** One entry of a LimitRange. */
export interface LimitRangeItem {
  readonly type: "Container" | "PersistentVolumeClaim";
  readonly defaultRequest?: Readonly<Record<string, string>>;
  readonly max?: Readonly<Record<string, string>>;
}

/**
 * What a container without requests is taken to need: service containers of a job come without any, and a namespace with a quota refuses
 * such pods.
 */
const defaultRequest = { cpu: "100m", memory: "128Mi" } as const;

/**
 * The limits of a runner namespace, computed from its pods: no container may ask for more than the largest one of the sets, and no claim
 * for more than the largest work volume or cache. A resource for which some container has no limit stays unlimited, because the API server
 * would otherwise give that container the maximum as its limit.
 *
 * @param sharedClaims sizes of the claims that stay, such as those of caches.
 */
export function runnerLimits(demands: readonly PodDemand[], sharedClaims: readonly string[] = []): LimitRangeItem[] {
  const limits = demands.flatMap(({ pod }) => containersOf(pod)).map(({ resources }) => resources?.limits ?? {});
  const max = Object.fromEntries(
    Object.keys(defaultRequest)
      .filter((resource) => limits.length > 0 && limits.every((own) => own[resource] !== undefined))
      .map((resource) => [resource, largest(limits.map((own) => own[resource] ?? "0"))]),
  );
  const claims = [...demands.flatMap(({ claim }) => (claim === undefined ? [] : [claim])), ...sharedClaims];
  return [
    { type: "Container", defaultRequest: atMost(max), ...(Object.keys(max).length > 0 && { max }) },
    ...(claims.length > 0 ? [{ type: "PersistentVolumeClaim", max: { storage: largest(claims) } } as const] : []),
  ];
}

/** A pod as the API server admits it under this LimitRange: containers without requests get the default ones. */
export function withDefaultRequests(pod: CountedPod): CountedPod {
  const filled = (containers: CountedPod["containers"]) =>
    containers.map((container) => ({
      ...container,
      resources: { ...container.resources, requests: { ...defaultRequest, ...container.resources?.requests } },
    }));
  return { initContainers: filled(pod.initContainers ?? []), containers: filled(pod.containers) };
}

/** The API server refuses a default above the maximum. */
function atMost(max: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(defaultRequest).map(([resource, wanted]) => {
    const most = max[resource];
    return [resource, most !== undefined && quantity(most) < quantity(wanted) ? most : wanted] as const;
  });
  return Object.fromEntries(entries);
}

function containersOf(pod: CountedPod): CountedPod["containers"] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}

function largest(quantities: readonly string[]): string {
  return formatQuantity(quantities.map(quantity).reduce((most, value) => (value > most ? value : most), 0n));
}
