import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "../tools/run";
import type { Paths } from "./paths";
import { identify, isAlive, stopProcess, type ProcessIdentity } from "./process-table";

/** A program that runs in the background for as long as the sandbox is up. */
export interface Daemon {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the program serves; asked again and again until it does. @default a living process is enough */
  readonly ready?: () => Promise<boolean>;
  /** @default 60 */
  readonly readySeconds?: number;
  /** How long SIGTERM may take before SIGKILL. @default 15 */
  readonly stopSeconds?: number;
  /** Files whose content, beside the command line, decides whether a running copy is the wanted one. */
  readonly configFiles?: readonly string[];
}

interface DaemonRecord extends ProcessIdentity {
  readonly name: string;
  readonly fingerprint: string;
}

function recordFile(state: Paths, name: string): string {
  return join(state.processes, `${name}.json`);
}

export function logFile(state: Paths, name: string): string {
  return join(state.logs, `${name}.log`);
}

function readRecord(state: Paths, name: string): DaemonRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(state, name), "utf8")) as DaemonRecord;
  } catch {
    return undefined;
  }
}

/** The running copy of a daemon, if there is one. */
export function runningDaemon(state: Paths, name: string): ProcessIdentity | undefined {
  const record = readRecord(state, name);
  return record && isAlive(record) ? record : undefined;
}

/** Names of all daemons that were started and not stopped, whether they still live or not. */
export function recordedDaemons(state: Paths): string[] {
  if (!existsSync(state.processes)) return [];
  return readdirSync(state.processes)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));
}

function fingerprint(daemon: Daemon): string {
  const hash = createHash("sha256").update(JSON.stringify([daemon.command, daemon.env ?? {}]));
  for (const file of daemon.configFiles ?? []) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Starts a daemon unless the same one runs already, and waits until it serves. One that runs with another command line or configuration is
 * restarted. Throws with the end of its log when it exits or does not become ready.
 * @returns whether it had to be started
 */
export async function ensureDaemon(state: Paths, daemon: Daemon): Promise<boolean> {
  const wanted = fingerprint(daemon);
  const record = readRecord(state, daemon.name);
  if (record && isAlive(record) && record.fingerprint === wanted) {
    await waitReady(state, daemon, record);
    return false;
  }
  if (record) await stopProcess(record, daemon.stopSeconds ?? 15);
  const started = launch(state, daemon);
  writeRecord(state, { ...started, name: daemon.name, fingerprint: wanted });
  await waitReady(state, daemon, started);
  return true;
}

function launch(state: Paths, daemon: Daemon): ProcessIdentity {
  const [program, ...args] = daemon.command;
  if (program === undefined) throw new Error(`daemon ${daemon.name} has no command`);
  mkdirSync(state.logs, { recursive: true });
  const log = openSync(logFile(state, daemon.name), "a");
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", log, log],
      cwd: "/",
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...daemon.env },
    });
    // Without a listener the event, which comes later, would end this process.
    child.on("error", () => undefined);
    child.unref();
    if (child.pid === undefined)
      throw new Error(`could not start ${daemon.name}: is ${program} an executable program?`);
    const identity = identify(child.pid);
    if (identity === undefined) throw exitedWhileStarting(state, daemon.name);
    return identity;
  } finally {
    closeSync(log);
  }
}

function writeRecord(state: Paths, record: DaemonRecord): void {
  mkdirSync(state.processes, { recursive: true });
  const file = recordFile(state, record.name);
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
}

async function waitReady(state: Paths, daemon: Daemon, process: ProcessIdentity): Promise<void> {
  const deadline = Date.now() + (daemon.readySeconds ?? 60) * 1000;
  for (;;) {
    if (!isAlive(process)) throw exitedWhileStarting(state, daemon.name);
    if (!daemon.ready || (await daemon.ready().catch(() => false))) return;
    if (Date.now() > deadline) {
      const seconds = String(daemon.readySeconds ?? 60);
      throw new Error(
        `${daemon.name} did not become ready within ${seconds} s; the end of its log:\n${logTail(state, daemon.name)}`,
      );
    }
    await sleep(150);
  }
}

function exitedWhileStarting(state: Paths, name: string): Error {
  return new Error(`${name} exited while starting; the end of its log:\n${logTail(state, name)}`);
}

function logTail(state: Paths, name: string): string {
  const file = logFile(state, name);
  return existsSync(file) ? lastLines(readFileSync(file, "utf8").slice(-20_000), 10) : "(no log)";
}

/** Stops a daemon if it runs, and forgets it. */
export async function stopDaemon(state: Paths, name: string, patienceSeconds = 15): Promise<void> {
  const record = readRecord(state, name);
  if (record) await stopProcess(record, patienceSeconds);
  rmSync(recordFile(state, name), { force: true });
}
