import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { builtFolder, isBuilt } from "./cache";
import { builtTools, distributionTools, type BuiltTool } from "./catalog";
import { ensureBuilt } from "./build";
import { findDistributionTool, locateOnPath } from "./locate";

/** Paths of all programs that the sandbox runs or packs, by program name (`kube`, `etcd`, `runner`, `containerd`, …). */
export type Programs = ReadonlyMap<string, string>;

/** The path of one program; asking for one that is not in the table is a mistake of ours, not of the user. */
export function program(programs: Programs, name: string): string {
  const path = programs.get(name);
  if (path === undefined) throw new Error(`no program called ${name} in the table of tools`);
  return path;
}

/** How one built tool would be obtained. */
export type Plan =
  | { readonly how: "on PATH"; readonly folder: string; readonly version: string; readonly path: string }
  | { readonly how: "cached"; readonly folder: string }
  | { readonly how: "build"; readonly folder: string };

/** Decides where a tool comes from: PATH, then the cache, then a build. */
export async function planTool(tool: BuiltTool): Promise<Plan> {
  const located = await locateOnPath(tool);
  if (located?.suitable) {
    return { how: "on PATH", folder: dirname(located.path), version: located.version, path: located.path };
  }
  const folder = builtFolder(tool);
  return isBuilt(tool, folder) ? { how: "cached", folder } : { how: "build", folder };
}

/** The tools that must be built, in the order that gives the shortest total: the longest builds first. */
export async function toolsToBuild(): Promise<BuiltTool[]> {
  const planned = await Promise.all(Object.values(builtTools).map(async (tool) => ({ tool, plan: await planTool(tool) })));
  return planned.filter(({ plan }) => plan.how === "build").map(({ tool }) => tool);
}

export { ensureBuilt };

/** Collects the paths of all programs. All of them must be there: call it after the builds. */
export async function collectPrograms(): Promise<Programs> {
  const paths = new Map<string, string>();
  for (const tool of Object.values(builtTools) as BuiltTool[]) {
    const plan = await planTool(tool);
    if (plan.how === "build") throw new Error(`${tool.name} ${tool.version} is not built yet: run npm run local -- up`);
    for (const { name } of tool.programs) paths.set(name, plan.how === "on PATH" ? plan.path : join(plan.folder, name));
  }
  for (const tool of distributionTools) {
    const path = findDistributionTool(tool);
    if (path === undefined || !existsSync(path)) throw new Error(`${tool.command} (${tool.why}) is missing on this machine`);
    paths.set(tool.command, path);
  }
  return paths;
}
