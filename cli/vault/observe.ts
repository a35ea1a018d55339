import { isObject } from "../../stacks/merge";
import type { ObservedCluster, ObservedServer } from "./plan";

/** The parts of a StatefulSet that are read; names are those of the Kubernetes API. */
export interface SetObject {
  readonly metadata?: { readonly generation?: number };
  readonly status?: { readonly observedGeneration?: number; readonly updateRevision?: string };
}

/** The parts of a Pod that are read. */
export interface PodObject {
  readonly metadata?: {
    readonly name?: string;
    readonly deletionTimestamp?: Date;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** What the objects of Kubernetes say of a cluster; the servers' own answers are added. */
export function observed(
  set: SetObject,
  names: readonly string[],
  pods: readonly PodObject[],
  health: ReadonlyMap<string, ObservedServer["health"]>,
  autopilot: ObservedCluster["autopilot"],
): ObservedCluster {
  const { observedGeneration = -1, updateRevision = "" } = set.status ?? {};
  return {
    revision: updateRevision,
    settled: observedGeneration >= (set.metadata?.generation ?? 0),
    servers: names.map((name) => serverOf(name, pods, health.get(name))),
    ...(autopilot && { autopilot }),
  };
}

/** A pod that is being deleted still answers, but is as good as gone. */
function serverOf(name: string, pods: readonly PodObject[], health: ObservedServer["health"]): ObservedServer {
  const pod = pods.find(({ metadata }) => metadata?.name === name && metadata.deletionTimestamp === undefined);
  const revision = pod?.metadata?.labels?.["controller-revision-hash"];
  const ready = pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
  return { name, ...(revision !== undefined && { revision }), ready, ...(pod && health && { health }) };
}

/** What `/sys/health` says; `undefined` for what is no such answer. */
export function healthOf(body: unknown): ObservedServer["health"] {
  if (!isObject(body)) return undefined;
  const { initialized, sealed, standby } = body;
  if (typeof initialized !== "boolean" || typeof sealed !== "boolean") return undefined;
  return { initialized, sealed, leader: initialized && !sealed && standby === false };
}

/** What `/sys/storage/raft/autopilot/state` says. */
export function autopilotOf(body: unknown): ObservedCluster["autopilot"] {
  const data = isObject(body) ? body["data"] : undefined;
  if (!isObject(data)) return undefined;
  const { healthy, voters } = data;
  if (typeof healthy !== "boolean" || !Array.isArray(voters)) return undefined;
  return { healthy, voters: voters.filter((voter) => typeof voter === "string") };
}
