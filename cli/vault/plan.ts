/** A server as it is at one moment. */
export interface ObservedServer {
  readonly name: string;
  /** Revision of the StatefulSet that its pod was made from; `undefined` while there is no pod, or it is being deleted. */
  readonly revision?: string;
  /** Whether Kubernetes calls the pod ready. */
  readonly ready: boolean;
  /** What the server says of itself; absent while it does not answer. */
  readonly health?: { readonly initialized: boolean; readonly sealed: boolean; readonly leader: boolean };
}

/** What is known of a cluster at one moment. */
export interface ObservedCluster {
  /** Revision that pods are to have. */
  readonly revision: string;
  /** Whether the StatefulSet's controller has seen its last change: before that the revision may be the old one. */
  readonly settled: boolean;
  readonly servers: readonly ObservedServer[];
  /** What the leader says of the others; absent while there is no leader, or nobody can be asked. */
  readonly autopilot?: { readonly healthy: boolean; readonly voters: readonly string[] };
}

/** What to do next. */
export type Step =
  | { readonly kind: "wait"; readonly reason: string }
  /** Only ever a standby. */
  | { readonly kind: "replace"; readonly server: string }
  | { readonly kind: "stepDown"; readonly server: string }
  | { readonly kind: "done" };

/**
 * The next step towards all servers having the revision. Nothing is touched unless every server is there, unsealed and a voter, and autopilot calls
 * the cluster healthy: so at no time is more than one missing by plan. The leader comes last, after it has handed over, so that there is one
 * election and not one per server.
 *
 * It depends on what is observed alone: whoever starts anew goes on where it was broken off.
 */
export function nextStep({ revision, settled, servers, autopilot }: ObservedCluster): Step {
  if (!settled) return { kind: "wait", reason: "the StatefulSet's controller has not seen its last change yet" };
  const reason = servers.map(troubleOf).find((trouble) => trouble !== undefined) ?? troubleOfAll(servers, autopilot);
  if (reason !== undefined) return { kind: "wait", reason };
  const outdated = servers.filter((server) => server.revision !== revision);
  const standby = outdated.filter(({ health }) => health?.leader !== true).at(-1);
  if (standby) return { kind: "replace", server: standby.name };
  const [leader] = outdated;
  return leader ? { kind: "stepDown", server: leader.name } : { kind: "done" };
}

function troubleOf({ name, revision, ready, health }: ObservedServer): string | undefined {
  if (revision === undefined) return `${name} is being replaced`;
  if (!health) return `${name} does not answer yet`;
  if (!health.initialized) return `${name} has not joined yet`;
  if (health.sealed) return `${name} is sealed`;
  return ready ? undefined : `${name} is not ready yet`;
}

function troubleOfAll(servers: readonly ObservedServer[], autopilot: ObservedCluster["autopilot"]): string | undefined {
  const leaders = servers.filter(({ health }) => health?.leader === true);
  if (leaders.length !== 1 || !autopilot) return "there is no leader yet";
  const missing = servers.find(({ name }) => !autopilot.voters.includes(name));
  if (missing) return `${missing.name} is no voter yet`;
  return autopilot.healthy ? undefined : "autopilot calls the cluster unhealthy";
}

/** All that would be done from here, if nothing goes wrong. */
export function plannedSteps({ revision, servers }: ObservedCluster): Exclude<Step, { kind: "wait" | "done" }>[] {
  const outdated = servers.filter((server) => server.revision !== revision);
  const leaders = outdated.filter(({ health }) => health?.leader === true);
  return [
    ...outdated
      .filter(({ health }) => health?.leader !== true)
      .reverse()
      .map(({ name }) => ({ kind: "replace", server: name }) as const),
    ...leaders.flatMap(({ name }) => [
      { kind: "stepDown", server: name } as const,
      { kind: "replace", server: name } as const,
    ]),
  ];
}
