import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Change, State } from "./service/state";

/** The journal is written anew, without what is outdated in it, when it has grown to this size. */
const compactAtBytes = 16 * 1024 * 1024;

/**
 * The service's memory on disk: one JSON line per changed entity, appended before the reply that reports the change is sent.
 * A line that a crash cut off is the last one and is dropped; its request was never answered.
 */
export class Store {
  private readonly file: string;
  private bytes = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, "journal.ndjson");
  }

  load(): Change[] {
    if (!existsSync(this.file)) return [];
    const lines = readFileSync(this.file, "utf8").split("\n");
    // The part after the last newline is empty, or a torn line.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as Change);
  }

  /** Appends what has changed since the last call. */
  flush(state: State): void {
    if (!state.changed) return;
    const text = encode(state.drain());
    appendFileSync(this.file, text);
    this.bytes += text.length;
    if (this.bytes > compactAtBytes) this.compact(state);
  }

  /** Replaces the journal by one that holds only the present state. */
  compact(state: State): void {
    state.drain();
    const text = encode(state.everything());
    const next = `${this.file}.next`;
    writeFileSync(next, text, { mode: 0o600 });
    renameSync(next, this.file);
    this.bytes = 0;
  }
}

function encode(changes: readonly Change[]): string {
  return changes.map((change) => `${JSON.stringify(change)}\n`).join("");
}
