import { dirname, join } from "node:path";
import { builtFolder, isBuilt } from "./cache";
import { distributionTools, type Tool } from "./catalog";
import { findDistributionTool, locateOnPath } from "./locate";

/** Paths of all programs that the sandbox runs or packs, by program name (`kube`, `etcd`, `runner`, `containerd`, …). */
export type Programs = ReadonlyMap<string, string>;

/** The path of one program. */
export function program(programs: Programs, name: string): string {
  const path = programs.get(name);
  if (path === undefined)
    throw new Error(`the program ${name} is missing on this machine: npm run local -- doctor tells more`);
  return path;
}

/** How one built tool would be obtained. */
export type Plan =
  | { readonly how: "on PATH"; readonly folder: string; readonly version: string; readonly path: string }
  | { readonly how: "cached"; readonly folder: string }
  | { readonly how: "build"; readonly folder: string };

/** Decides where a tool comes from: PATH, then the cache, then a build. */
export async function planTool(tool: Tool): Promise<Plan> {
  const located = await locateOnPath(tool);
  if (located?.suitable) {
    return { how: "on PATH", folder: dirname(located.path), version: located.version, path: located.path };
  }
  const folder = builtFolder(tool);
  return isBuilt(tool, folder) ? { how: "cached", folder } : { how: "build", folder };
}

/** The tools that must be built, in the order that gives the shortest total: the longest builds first. */
export async function toolsToBuild(tools: readonly Tool[]): Promise<Tool[]> {
  const planned = await Promise.all(tools.map(async (tool) => ({ tool, plan: await planTool(tool) })));
  return planned.filter(({ plan }) => plan.how === "build").map(({ tool }) => tool);
}

/** Collects the paths of the programs of some tools and of the distribution, as far as it has them. Call it after the builds. */
export async function collectPrograms(tools: readonly Tool[]): Promise<Programs> {
  const paths = new Map<string, string>();
  for (const tool of tools) {
    const plan = await planTool(tool);
    if (plan.how === "build") throw new Error(`${tool.name} ${tool.version} is not built yet: run npm run local -- up`);
    for (const { name } of tool.programs) paths.set(name, plan.how === "on PATH" ? plan.path : join(plan.folder, name));
  }
  for (const tool of distributionTools) {
    const path = findDistributionTool(tool);
    if (path !== undefined) paths.set(tool.command, path);
  }
  return paths;
}
