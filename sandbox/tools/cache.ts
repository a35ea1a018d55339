import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Tool } from "./catalog";

/**
 * The per-user folder shared by all checkouts.
 * @default `$XDG_CACHE_HOME/runner-platform`, else `~/.cache/runner-platform`
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment["XDG_CACHE_HOME"];
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".cache"), "runner-platform");
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

/** A digest over all that decides what a build produces: sources, pinned modules, flags, or the wheel. Tests of a module do not count. */
export function buildKey(tool: Tool): string {
  const hash = createHash("sha256");
  if ("wheel" in tool) {
    hash.update(JSON.stringify([tool.programs, tool.wheel]));
    return hash.digest("hex").slice(0, 12);
  }
  hash.update(JSON.stringify([tool.programs, tool.folders ?? [], tool.ldflags ?? "", tool.tags ?? ""]));
  for (const file of filesBelow(tool.module).filter((path) => !path.endsWith("_test.go"))) {
    hash.update(file.slice(tool.module.length)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}

/** The folder in the cache that holds the programs of this exact build, whether it exists or not. */
export function builtFolder(tool: Tool, cache: string = cacheFolder()): string {
  return join(cache, "tools", `${tool.name}-${tool.version}-${buildKey(tool)}`);
}

/** Whether a build is complete. Folders appear by an atomic rename, so a folder with its programs is never half written. */
export function isBuilt(tool: Tool, folder: string): boolean {
  const folders = "wheel" in tool ? [] : (tool.folders ?? []);
  return [...tool.programs, ...folders].every(({ name }) => existsSync(join(folder, name)));
}
