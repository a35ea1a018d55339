import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { serverProcesses } from "../shared/server-processes";

export interface Rotation {
  /** Folder of the log, on a volume of its own. */
  readonly folder: string;
  /** Name of the log; rotated files get the time before the ending. */
  readonly file: string;
  /** From which size on a new file is begun. */
  readonly maxBytes: number;
  /** How many rotated files stay. */
  readonly files: number;
  /** Name of the server's program. */
  readonly program: string;
}

/** Everything that reaches beyond this program, for tests. */
export interface Surroundings {
  readonly processes: (program: string) => readonly number[];
  readonly signal: (pid: number) => void;
  readonly now: () => Date;
  /** How long the server may take to open a new file, in milliseconds. */
  readonly patienceMs: number;
}

export type Outcome =
  | { readonly kind: "small" }
  | { readonly kind: "no process" }
  /** The server still writes to a file that was moved away, and was told again. */
  | { readonly kind: "told again"; readonly file: string }
  /** `reopened` is false for a server that has no open log, such as a standby: it opens one when it leads. */
  | { readonly kind: "rotated"; readonly file: string; readonly bytes: number; readonly reopened: boolean };

const real: Surroundings = {
  processes: (program) => serverProcesses(program),
  signal: (pid) => void process.kill(pid, "SIGHUP"),
  now: () => new Date(),
  patienceMs: 10_000,
};

/** A file that was written to within this time is one that the server still has open. */
const stillOpenMs = 60_000;

/**
 * Looks at the log once, and begins a new file where it has become too large: it is moved away, and the server is told to open another one. No line
 * is lost, since the server writes to the moved file until then. Nothing is moved while no server runs.
 */
export async function rotateOnce(rotation: Rotation, changes: Partial<Surroundings> = {}): Promise<Outcome> {
  const surroundings = { ...real, ...changes };
  const { folder, file, maxBytes, program } = rotation;
  const log = join(folder, file);
  const pids = surroundings.processes(program);
  if (pids.length === 0) return { kind: "no process" };
  if (!existsSync(log)) return tellAgain(rotation, pids, surroundings);
  const { size: bytes } = statSync(log);
  const moved = join(folder, rotatedName(file, surroundings.now()));
  // Twice in one second would write over what was moved just now.
  if (bytes < maxBytes || existsSync(moved)) return { kind: "small" };
  renameSync(log, moved);
  pids.forEach(surroundings.signal);
  return { kind: "rotated", file: moved, bytes, reopened: await appears(log, surroundings.patienceMs) };
}

/** A signal may come to nothing, for instance when the server could not open a file. */
function tellAgain(rotation: Rotation, pids: readonly number[], { now, signal }: Surroundings): Outcome {
  const newest = rotatedFiles(rotation).at(-1);
  if (newest === undefined) return { kind: "small" };
  const file = join(rotation.folder, newest);
  if (now().getTime() - statSync(file).mtimeMs > stillOpenMs) return { kind: "small" };
  pids.forEach(signal);
  return { kind: "told again", file };
}

/** Deletes all but the newest rotated files. @returns their names */
export function prune(rotation: Rotation): string[] {
  const old = rotatedFiles(rotation).slice(0, -rotation.files || undefined);
  for (const name of old) rmSync(join(rotation.folder, name), { force: true });
  return old;
}

/** Names of rotated files, the oldest first. Files of any other name are somebody else's. */
function rotatedFiles({ folder, file }: Rotation): string[] {
  const [stem, ending] = split(file);
  const isRotated = (name: string): boolean =>
    name.startsWith(`${stem}-`) &&
    name.endsWith(ending) &&
    /^\d{8}T\d{6}Z$/.test(name.slice(stem.length + 1, name.length - ending.length));
  return readdirSync(folder).filter(isRotated).sort();
}

/** `audit.log` becomes `audit-20261128T030000Z.log`: names in order of time, for whoever collects them. */
function rotatedName(file: string, now: Date): string {
  const [stem, ending] = split(file);
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  return `${stem}-${time}${ending}`;
}

function split(file: string): [stem: string, ending: string] {
  const dot = file.lastIndexOf(".");
  return dot <= 0 ? [file, ""] : [file.slice(0, dot), file.slice(dot)];
}

async function appears(file: string, patienceMs: number): Promise<boolean> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    if (existsSync(file)) return true;
    await sleep(50);
  }
  return existsSync(file);
}
