import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cache";
import { goToolchain } from "./catalog";
import { findCommand, locate, type Located } from "./locate";
import { setExecutable, withWheel } from "./wheel";

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
  await unpackGo(cache);
  return wheelGo(cache);
}

async function unpackGo(cache: string): Promise<void> {
  if (findCommand("python3") === undefined) {
    throw new Error(
      `Go ${goToolchain.range} is needed to build the tools, and neither Go nor Python 3 (which can bring it) is on PATH: install one of them`,
    );
  }
  const { wheel, wheelVersion } = goToolchain;
  mkdirSync(join(cache, "go"), { recursive: true });
  await withWheel({ name: wheel, version: wheelVersion }, join(cache, "go"), (folder) => {
    const root = join(folder, "go");
    if (!existsSync(join(root, "bin", "go"))) throw new Error(`the wheel ${wheel} holds no go/bin/go`);
    setExecutable(join(root, "bin"));
    setExecutable(join(root, "pkg", "tool"));
    const target = join(cache, "go", wheelVersion);
    rmSync(target, { recursive: true, force: true });
    renameSync(root, target);
  });
}
