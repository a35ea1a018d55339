import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sendSignal } from "./process-table";

/** All pods of the cluster lie below this cgroup, so that they can be told from everything else on the machine. */
export const cgroupRoot = "/runner-platform";

/** Which cgroup interface the machine has; kubelet's settings and the clean-up depend on it. */
export function cgroupVersion(): 1 | 2 {
  return existsSync("/sys/fs/cgroup/cgroup.controllers") ? 2 : 1;
}

/** The cluster's cgroup in every hierarchy of the machine: one on version 2, one per controller on version 1. */
function roots(): string[] {
  const base = "/sys/fs/cgroup";
  if (cgroupVersion() === 2) return [join(base, cgroupRoot)];
  return readdirSync(base, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(base, entry.name))
    .filter((hierarchy) => existsSync(join(hierarchy, "cgroup.procs")))
    .map((hierarchy) => join(hierarchy, cgroupRoot));
}

/** kubelet wants its root to exist; everything below it is kubelet's own. */
export function makeCgroups(): void {
  for (const root of roots()) mkdirSync(root, { recursive: true });
}

function groupsBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...children.flatMap((entry) => groupsBelow(join(folder, entry.name))), folder];
}

function processesOf(group: string): number[] {
  try {
    return readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Kills all processes of all pods and waits until they are gone. */
export async function killPods(): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const pids = new Set(roots().flatMap(groupsBelow).flatMap(processesOf));
    if (pids.size === 0) return;
    if (Date.now() > deadline) throw new Error(`processes of pods survive SIGKILL: ${[...pids].join(", ")}`);
    for (const pid of pids) sendSignal(pid, "SIGKILL");
    await sleep(100);
  }
}

/** Removes the cluster's cgroups, innermost first. The kernel may hold one for a moment after its last process, hence the retries. */
export async function removeCgroups(): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const left = roots()
      .flatMap(groupsBelow)
      .filter((group) => !removed(group));
    if (left.length === 0) return;
    if (attempt === 50) throw new Error(`these cgroups cannot be removed: ${left.join(", ")}`);
    await sleep(100);
  }
}

function removed(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
