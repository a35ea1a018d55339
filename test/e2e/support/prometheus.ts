import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../../sandbox/tools/cache";
import { findCommand } from "../../../sandbox/tools/locate";
import { run } from "../../../sandbox/tools/run";

/** Programs of Prometheus. */
export interface Prometheus {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * Finds `prometheus` and `promtool` on PATH or in the per-user cache, or takes them out of Debian's package into the cache. The package is
 * not installed, so no service starts.
 */
export async function ensurePrometheus(): Promise<Prometheus> {
  const [prometheus, promtool] = [findCommand("prometheus"), findCommand("promtool")];
  if (prometheus !== undefined && promtool !== undefined) return { prometheus, promtool };
  const folder = join(cacheFolder(), "tools", "debian-prometheus");
  const programs = { prometheus: join(folder, "prometheus"), promtool: join(folder, "promtool") };
  if (findCommand("promtool", { PATH: folder }) === undefined) await unpack(folder);
  return programs;
}

async function unpack(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  // Beside its place, so that the folder appears by one rename.
  const work = mkdtempSync(join(dirname(folder), ".prometheus-"));
  const downloads = mkdtempSync(join(tmpdir(), "runner-platform-prometheus-"));
  try {
    await run("apt-get", ["update", "-qq"]).catch(() => undefined);
    await run("apt-get", ["download", "-qq", "prometheus"], { cwd: downloads });
    const [archive = ""] = readdirSync(downloads);
    await run("dpkg-deb", ["-x", join(downloads, archive), work]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, "usr", "bin"), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(downloads, { recursive: true, force: true });
  }
}
