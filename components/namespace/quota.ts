import type { Resources } from "../pod";
import { formatQuantity, quantity } from "../quantity";

interface CountedContainer {
  readonly name: string;
  readonly resources?: Partial<Resources>;
  readonly restartPolicy?: string;
}

/** As much of a PodSpec as a quota looks at. */
export interface CountedPod {
  readonly initContainers?: readonly CountedContainer[];
  readonly containers: readonly CountedContainer[];
}

/** One kind of pod in a namespace and how many of it there may be. */
export interface PodDemand {
  readonly pod: CountedPod;
  readonly maximum: number;
  /** Size of the claim that comes and goes with each pod. @default none */
  readonly claim?: string;
}

/**
 * What one pod counts in a quota for `requests` or `limits`: per resource the larger of the running containers together (side-cars
 * included) and the most demanding start-up moment, i.e. an ordinary init container with the side-cars started before it.
 * Source: Kubernetes documentation, "Sidecar containers: resource sharing within containers".
 */
export function podTotals(pod: CountedPod, kind: keyof Resources): ReadonlyMap<string, bigint> {
  const running = new Map<string, bigint>();
  const peak = new Map<string, bigint>();
  const started = new Map<string, bigint>();
  for (const init of pod.initContainers ?? []) {
    for (const [resource, text] of Object.entries(init.resources?.[kind] ?? {})) {
      const value = quantity(text);
      const total = value + (started.get(resource) ?? 0n);
      if (init.restartPolicy === "Always") started.set(resource, total);
      raise(peak, resource, total);
    }
  }
  for (const [resource, value] of started) running.set(resource, value);
  for (const container of pod.containers) {
    for (const [resource, text] of Object.entries(container.resources?.[kind] ?? {})) {
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
 * Volume claims are closed beyond those of the pods and of shared caches, node ports and load balancers altogether: a job must not get one.
 *
 * @param sharedClaims sizes of the claims that stay, such as those of caches.
 */
export function runnerQuota(
  demands: readonly PodDemand[],
  headroomPercent: number,
  sharedClaims: readonly string[] = [],
): Readonly<Record<string, string>> {
  const withHeadroom = (value: bigint): bigint => (value * BigInt(100 + headroomPercent) + 99n) / 100n;
  const sum = (of: (demand: PodDemand) => bigint): bigint =>
    demands.reduce((total, demand) => total + of(demand) * BigInt(demand.maximum), 0n);
  const compute = counted.map(({ key, kind, resource }) => {
    return [key, formatQuantity(withHeadroom(sum(({ pod }) => podTotals(pod, kind).get(resource) ?? 0n)))] as const;
  });
  const claims = withHeadroom(sum(({ claim }) => (claim === undefined ? 0n : 1n))) + BigInt(sharedClaims.length);
  const shared = sharedClaims.reduce((total, size) => total + quantity(size), 0n);
  const storage = withHeadroom(sum(({ claim }) => (claim === undefined ? 0n : quantity(claim)))) + shared;
  return {
    pods: String(withHeadroom(sum(() => 1n))),
    ...Object.fromEntries(compute),
    persistentvolumeclaims: String(claims),
    ...(claims > 0n && { "requests.storage": formatQuantity(storage) }),
    "services.nodeports": "0",
    "services.loadbalancers": "0",
  };
}
