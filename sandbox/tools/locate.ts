import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import semver from "semver";
import type { DistributionTool, Tool } from "./catalog";
import { run } from "./run";

const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The first executable of that name on PATH, or in the system folders that a user's PATH often lacks. */
export function findCommand(command: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = [...(environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""), ...systemFolders];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    // A folder is "executable" too, and /usr/local/go is one.
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The path of a distribution's program, or undefined when it is missing. */
export function findDistributionTool(tool: DistributionTool): string | undefined {
  if (tool.file !== undefined) return existsSync(tool.file) ? tool.file : undefined;
  return findCommand(tool.command);
}

/** A program found on PATH, and the version it prints ("unknown" when that cannot be read). */
export interface Located {
  readonly path: string;
  readonly version: string;
  readonly suitable: boolean;
}

/** Looks for a copy on PATH and asks it for its version. Undefined when there is none, or when copies on PATH are never used. */
export async function locateOnPath(tool: Tool): Promise<Located | undefined> {
  if (!tool.onPath) return undefined;
  const path = findCommand(tool.onPath.command);
  if (path === undefined) return undefined;
  return locate(path, tool.onPath.versionArguments, tool.onPath.range);
}

/** Asks a program for its version and compares it with a range. */
export async function locate(path: string, versionArguments: readonly string[], range: string): Promise<Located> {
  const version = await readVersion(path, versionArguments);
  return { path, version: version ?? "unknown", suitable: version !== undefined && semver.satisfies(version, range) };
}

async function readVersion(path: string, versionArguments: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(path, versionArguments, { timeout: 10_000 });
    return parseVersion(stdout);
  } catch {
    return undefined;
  }
}

/** The first thing in a text that looks like a version: "go version go1.26.8 linux/amd64" gives "1.26.8", "go1.26" gives "1.26.0". */
export function parseVersion(text: string): string | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? `${match[1] ?? "0"}.${match[2] ?? "0"}.${match[3] ?? "0"}` : undefined;
}
