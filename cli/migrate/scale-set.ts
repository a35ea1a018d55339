import { type LegacyOverride, runnerDeploymentSchema } from "../../stacks/legacy/schema";
import { autoscalerNotes, dockerNotes, imageNotes, nameNotes, type Note, registrationNotes } from "./notes";
import { isDevice, podOverlayOf } from "./pod";
import type { Fields } from "./read";
import { fields, type LegacyRunners, without } from "./runners";
import { type Window, windowOf } from "./schedule";

/** What replaces one set of legacy runners. */
export interface Replacement {
  readonly name: string;
  /** `https://HOST/...`, when the scope was readable. */
  readonly configUrl?: string;
  /** Value of `scaleSets.<name>`. */
  readonly set: Fields;
  /** Value of `pools.<name>-nodes`, for runners with a placement of their own. */
  readonly pool?: Fields;
  readonly notes: readonly Note[];
}

/**
 * The scale set that replaces legacy runners. Values are copied where a scale set has the same thing; everything else becomes a note.
 *
 * @param host address of GitHub, such as `https://github.com`.
 */
export function replacementOf(runners: LegacyRunners, host: string): Replacement {
  const { spec, name } = runners;
  const notes: Note[] = [];
  const devices = devicesOf(runners);
  const mode = devices || spec["containerMode"] === "kubernetes" ? "kubernetes" : "dind";
  const configUrl = configUrlOf(spec, host);
  const limits = limitsOf(runners, notes);
  const schedule = scheduleOf(runners, notes);
  const pool = poolOf(runners, devices, limits.maxRunners, notes);
  const overlay = podOverlayOf(runners, mode, notes);
  const group = spec["group"];
  const resources = resourcesOf(runners, mode);
  notes.unshift(...nameNotes(runners), ...imageNotes(spec), ...dockerNotes(spec, mode));
  notes.push(...registrationNotes(runners), ...autoscalerNotes(runners));
  return {
    name,
    ...(configUrl !== undefined && { configUrl }),
    set: {
      mode,
      ...(pool && { pool: poolName(name) }),
      ...limits,
      ...(schedule.length > 0 && { schedule }),
      // Runners of a repository are in no group; that one was given all the same is told among the mistakes.
      ...(typeof group === "string" &&
        group !== "" &&
        typeof spec["repository"] !== "string" && { runnerGroup: group }),
      ...resources,
      ...(devices && { job: { devices: devices.count, ...jobResources(runners) } }),
      ...(Object.keys(overlay).length > 0 && { podTemplate: { spec: overlay } }),
    },
    ...(pool && { pool }),
    notes,
  };
}

function configUrlOf(spec: Fields, host: string): string | undefined {
  const { repository, organization, enterprise } = spec;
  if (typeof repository === "string") return `${host}/${repository}`;
  if (typeof organization === "string") return `${host}/${organization}`;
  return typeof enterprise === "string" ? `${host}/enterprises/${enterprise}` : undefined;
}

function limitsOf(runners: LegacyRunners, notes: Note[]): { readonly minRunners: number; readonly maxRunners: number } {
  const scaler = runners.autoscaler?.spec;
  if (!scaler) {
    const replicas = runners.replicas ?? 1;
    notes.push({
      subject: "replicas",
      text: `${replicas} runners stay registered all the time, as before; a lower minRunners starts them only when jobs come.`,
    });
    return { minRunners: replicas, maxRunners: replicas };
  }
  const [least, most] = [scaler["minReplicas"], scaler["maxReplicas"]];
  const minRunners = typeof least === "number" ? least : 1;
  if (minRunners > 0) {
    notes.push({
      subject: "minReplicas",
      text: `it counted busy runners too; minRunners: ${minRunners} keeps so many idle beside the busy ones, up to maxRunners.`,
    });
  }
  return { minRunners, maxRunners: typeof most === "number" ? most : Math.max(minRunners, 1) };
}

function scheduleOf(runners: LegacyRunners, notes: Note[]): Window[] {
  const list = runners.autoscaler?.spec["scheduledOverrides"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, index) => {
    const override = readOverride(item);
    const { window, notes: own } = override
      ? windowOf(override, index)
      : { notes: [{ subject: `scheduledOverrides.${index}`, text: "it was left out: see the mistakes." }] };
    notes.push(...own);
    return window ? [window] : [];
  });
}

const overrideSchema = runnerDeploymentSchema.shape.autoscaler.unwrap().shape.scheduledOverrides.unwrap().element;

function readOverride(item: unknown): LegacyOverride | undefined {
  const parsed = overrideSchema.safeParse(item);
  const readable =
    parsed.success &&
    [parsed.data.startTime, parsed.data.endTime].every(
      (time) => /(Z|[+-]\d\d:\d\d)$/.test(time) && !Number.isNaN(Date.parse(time)),
    );
  return readable ? parsed.data : undefined;
}

/** A name that none of the platform's own pools has. */
export function poolName(set: string): string {
  return `${set}-nodes`;
}

/** A pool for runners with a placement of their own; numbers of hardware have to be guessed. */
function poolOf(runners: LegacyRunners, devices: Devices | undefined, most: number, notes: Note[]): Fields | undefined {
  const { nodeSelector, tolerations } = runners.spec;
  if (nodeSelector === undefined && tolerations === undefined && !devices) return undefined;
  if (devices) {
    notes.push({
      subject: `pools.${poolName(runners.name)}`,
      text: `nodes and device.perNode are guesses: write how many nodes there are, and how many ${devices.resource} each has.`,
    });
  }
  return {
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(tolerations !== undefined && { tolerations }),
    ...(devices && { nodes: Math.max(1, most), device: { resource: devices.resource, perNode: devices.count } }),
  };
}

interface Devices {
  readonly resource: string;
  readonly count: number;
}

function devicesOf({ runner, docker }: LegacyRunners): Devices | undefined {
  for (const container of [runner, docker]) {
    const resources = fields(container["resources"]);
    const entries = Object.entries({ ...fields(resources["requests"]), ...fields(resources["limits"]) });
    const found = entries.find(([resource]) => isDevice(resource));
    if (found) return { resource: found[0], count: Number(found[1]) };
  }
  return undefined;
}

/** Requests and limits by container. In Kubernetes mode the job runs in a pod of its own and takes those of the runner along. */
function resourcesOf(runners: LegacyRunners, mode: string): Fields {
  const runner = plainResources(runners.runner);
  const dind = plainResources(runners.docker);
  if (mode === "kubernetes") return {};
  const own = { ...(runner && { runner }), ...(dind && { dind }) };
  return Object.keys(own).length === 0 ? {} : { resources: own };
}

function jobResources({ runner }: LegacyRunners): Fields {
  const resources = plainResources(runner);
  return resources ? { resources } : {};
}

function plainResources(container: Fields): Fields | undefined {
  const { requests, limits } = fields(container["resources"]);
  const devices = [requests, limits].flatMap((map) => Object.keys(fields(map)).filter(isDevice));
  const parts = Object.entries({ requests, limits })
    .map(([key, map]) => [key, without(fields(map), devices)] as const)
    .filter(([, map]) => Object.keys(map).length > 0);
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}
