import type { Readable } from "./checks";
import { joinPath, type Problem, show } from "./problems";
import type { PoolSettings, ScaleSetSettings } from "./settings";

type NamedSet = readonly [name: string, set: ScaleSetSettings];

/** What is wrong with pools of nodes, above all with how many jobs may use their devices at a time. */
export function poolProblems({ pools, scaleSets }: Readable): Problem[] {
  return Object.entries(pools ?? {}).flatMap(([name, pool]) => {
    const sets = Object.entries(scaleSets).filter(([, set]) => set.pool === name);
    return pool.device ? devicePoolProblems(name, pool, pool.device, sets) : plainPoolProblems(sets);
  });
}

function plainPoolProblems(sets: readonly NamedSet[]): Problem[] {
  return sets
    .filter(([, set]) => set.mode !== "dind" && set.job.devices !== undefined)
    .map(([name, set]) => ({
      path: joinPath("scaleSets", name, "job", "devices"),
      what: show("devices", set.job.devices),
      allowed: `nothing: pool ${set.pool} has no device`,
      fix: `choose another pool, or add pools.${set.pool}.device`,
    }));
}

function devicePoolProblems(
  name: string,
  pool: PoolSettings,
  device: NonNullable<PoolSettings["device"]>,
  sets: readonly NamedSet[],
): Problem[] {
  const path = joinPath("pools", name);
  const wrongModes = sets.filter(([, set]) => set.mode === "dind").map(([set]) => dindProblem(set, name));
  const jobs = sets.filter(([, set]) => set.mode !== "dind");
  if (pool.nodes === undefined) {
    const missing = { path: `${path}.nodes`, what: "not set, but device is", allowed: "how many nodes the pool has" };
    return [missing, ...wrongModes];
  }
  return [
    ...wrongModes,
    ...jobs.flatMap(([set, { job }]) => tooManyPerJob(set, job.devices ?? 1, name, device.perNode)),
    ...capacityProblems(path, pool.nodes, device.perNode, jobs),
    ...namespaceProblems(name, jobs),
  ];
}

function dindProblem(set: string, pool: string): Problem {
  return {
    path: joinPath("scaleSets", set, "pool"),
    what: show("pool", pool),
    allowed: "a pool without a device: a Docker daemon requests none, so its jobs would share those of others",
    fix: "use mode kubernetes, or a pool of its own without device",
  };
}

function tooManyPerJob(set: string, devices: number, pool: string, perNode: number): Problem[] {
  if (devices <= perNode) return [];
  const path = joinPath("scaleSets", set, "job", "devices");
  return [{ path, what: show(path, devices), allowed: `at most ${perNode}, which a node of pool ${pool} has` }];
}

/**
 * Counted in jobs and not in devices: with two devices a job and three on each node, every node serves one job and keeps a device that
 * nobody can use.
 */
function capacityProblems(path: string, nodes: number, perNode: number, jobs: readonly NamedSet[]): Problem[] {
  const uses = jobs.map(([name, { maxRunners, job }]) => ({ name, maxRunners, devices: job.devices ?? 1 }));
  const largest = Math.max(1, ...uses.map(({ devices }) => devices));
  const places = nodes * Math.floor(perNode / largest);
  const wanted = uses.reduce((sum, { maxRunners }) => sum + maxRunners, 0);
  if (wanted <= places || largest > perNode) return [];
  const parts = uses.map(({ name, maxRunners }) => `${name} ${maxRunners}`).join(", ");
  const share = largest === 1 ? "" : ` with ${largest} devices a job`;
  return [
    {
      path,
      what: `its sets may run ${wanted} jobs at a time (${parts})`,
      allowed: `${places}: ${nodes} nodes with ${perNode} devices each${share}`,
      fix: "lower maxRunners of these sets, or correct nodes and device.perNode",
    },
  ];
}

/** Runners are spread by counting those in their own namespace. */
function namespaceProblems(pool: string, jobs: readonly NamedSet[]): Problem[] {
  const shared = jobs.filter(([, set]) => set.mode === "kubernetes");
  const [first] = shared;
  return shared
    .filter(([, set]) => set.namespace !== first?.[1].namespace)
    .map(([name, set]) => {
      const path = joinPath("scaleSets", name, "namespace");
      return {
        path,
        what: show(path, set.namespace),
        allowed: `the namespace of ${first?.[0] ?? ""}, which uses the devices of pool ${pool} too`,
      };
    });
}
