import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that cannot be mistaken for a later one with the same id: boot and start time are part of it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** The kernel's id of this boot. */
  readonly boot: string;
  /** Field 22 of /proc/<pid>/stat: clock ticks since boot. */
  readonly startTicks: string;
}

/** The identity of a living process; undefined when it is gone or a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    // The command name is in brackets and may hold blanks, so fields are counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const startTicks = fields[19];
    return fields[0] === "Z" || startTicks === undefined ? undefined : { pid, boot: bootId(), startTicks };
  } catch {
    return undefined;
  }
}

export function isAlive(process: ProcessIdentity): boolean {
  const current = identify(process.pid);
  return current?.startTicks === process.startTicks && current.boot === process.boot;
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Ids of all processes of the machine. */
export function allPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Sends SIGTERM, waits, then SIGKILL; returns when the process is gone. */
export async function stopProcess(process: ProcessIdentity, patienceSeconds: number): Promise<void> {
  for (const [signal, seconds] of [
    ["SIGTERM", patienceSeconds],
    ["SIGKILL", 10],
  ] as const) {
    if (!isAlive(process)) return;
    sendSignal(process.pid, signal);
    const deadline = Date.now() + seconds * 1000;
    while (isAlive(process) && Date.now() < deadline) await sleep(50);
  }
  if (isAlive(process))
    throw new Error(`process ${String(process.pid)} survived SIGKILL: it hangs in the kernel, see dmesg`);
}

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
