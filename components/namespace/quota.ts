import type { PodSpec, Resources } from "../pod";
import { formatQuantity, quantity } from "../quantity";

/** One kind of pod in a namespace and how many of it there may be. */
export interface PodDemand {
  readonly pod: PodSpec;
  readonly maximum: number;
}

/**
 * What one pod counts in a quota for `requests` or `limits`: per resource the larger of the running containers together (side-cars
 * included) and the most demanding start-up moment, i.e. an ordinary init container with the side-cars started before it.
 * Source: Kubernetes documentation, "Sidecar containers: resource sharing within containers".
 */
export function podTotals(pod: PodSpec, kind: keyof Resources): ReadonlyMap<string, bigint> {
  const running = new Map<string, bigint>();
  const peak = new Map<string, bigint>();
  const started = new Map<string, bigint>();
  for (const init of pod.initContainers) {
    for (const [resource, text] of Object.entries(init.resources[kind] ?? {})) {
      const value = quantity(text);
      const total = value + (started.get(resource) ?? 0n);
      if (init.restartPolicy === "Always") started.set(resource, total);
      raise(peak, resource, total);
    }
  }
  for (const [resource, value] of started) running.set(resource, value);
  for (const container of pod.containers) {
    for (const [resource, text] of Object.entries(container.resources[kind] ?? {})) {
      running.set(resource, quantity(text) + (running.get(resource) ?? 0n));
    }
  }
  for (const [resource, value] of peak) raise(running, resource, value);
  return running;
}

function raise(totals: Map<string, bigint>, resource: string, value: bigint): void {
  if (value > (totals.get(resource) ?? 0n)) totals.set(resource, value);
}

/** Resources that a quota counts besides pods; extended resources such as GPUs are capped by `maxRunners` and by the devices there are. */
const counted: readonly { readonly key: string; readonly kind: keyof Resources; readonly resource: string }[] = [
  { key: "requests.cpu", kind: "requests", resource: "cpu" },
  { key: "requests.memory", kind: "requests", resource: "memory" },
];

/**
 * `hard` limits of the ResourceQuota of a runner namespace: the sum over all sets of `maximum` pods, plus head room. It is never below
 * that sum, because ARC burns a registration for each pod that a quota refuses. Head room is needed at all since a changed pod template
 * starts new runners while old ones still finish their jobs: 100 % lets a whole generation overlap.
 *
 * Volume claims, node ports and load balancers are closed: a DinD runner needs none, and a job must not get one.
 */
export function runnerQuota(demands: readonly PodDemand[], headroomPercent: number): Readonly<Record<string, string>> {
  const withHeadroom = (value: bigint): bigint => (value * BigInt(100 + headroomPercent) + 99n) / 100n;
  const pods = demands.reduce((sum, demand) => sum + demand.maximum, 0);
  const compute = counted.map(({ key, kind, resource }) => {
    const sum = demands.reduce(
      (total, { pod, maximum }) => total + (podTotals(pod, kind).get(resource) ?? 0n) * BigInt(maximum),
      0n,
    );
    return [key, formatQuantity(withHeadroom(sum))] as const;
  });
  return {
    pods: String(withHeadroom(BigInt(pods))),
    ...Object.fromEntries(compute),
    persistentvolumeclaims: "0",
    "services.nodeports": "0",
    "services.loadbalancers": "0",
  };
}
