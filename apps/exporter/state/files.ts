import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** What the store does to its folder; tests put one in between that fails at a given step. */
export interface Files {
  list(): string[];
  /** `undefined` if there is none. */
  read(name: string): string | undefined;
  /** Appends and makes sure that it is on the disk. Makes the file if there is none. */
  append(name: string, text: string): void;
  /** Writes a new file and makes sure that it is on the disk. */
  write(name: string, text: string): void;
  /** Atomic: whoever opens `to` sees the old or the new file, also after a power cut. */
  rename(from: string, to: string): void;
  remove(name: string): void;
}

export function filesIn(folder: string): Files {
  mkdirSync(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  const synced = (name: string, flags: string, text: string): void => {
    const file = openSync(at(name), flags, 0o600);
    try {
      const bytes = Buffer.from(text, "utf8");
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  };
  const syncFolder = (): void => {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  };
  return {
    list: () => readdirSync(folder),
    read: (name) => (existsSync(at(name)) ? readFileSync(at(name), "utf8") : undefined),
    append(name, text) {
      const isNew = !existsSync(at(name));
      synced(name, "a", text);
      if (isNew) syncFolder();
    },
    write: (name, text) => synced(name, "w", text),
    rename(from, to) {
      renameSync(at(from), at(to));
      syncFolder();
    },
    remove: (name) => rmSync(at(name), { force: true }),
  };
}
