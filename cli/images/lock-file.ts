import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { emptyLock, type ImageLock, type LockEntry, parseLock } from "../../components/images/lock";

/** Reads a lock; a missing file holds nothing. @throws LockUnreadable */
export function readLock(file: string): ImageLock {
  return existsSync(file) ? parseLock(readFileSync(file, "utf8"), file) : emptyLock;
}

/**
 * Writes a lock in one step: whoever reads meanwhile, and whatever is interrupted, there is always one whole file. An unchanged lock is not
 * touched.
 * @returns whether the file changed
 */
export function writeLock(file: string, lock: ImageLock): boolean {
  const text = formatLock(lock);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return false;
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return true;
}

/** The text of a lock: images sorted by name, so that two branches which add images merge; lists on one line, as prettier has them. */
export function formatLock({ schemaVersion, images }: ImageLock): string {
  const entries = Object.entries(images)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entry]) => `    ${JSON.stringify(name)}: ${formatEntry(entry)}`);
  const body = entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n  }`;
  return `{\n  "schemaVersion": ${schemaVersion},\n  "images": ${body}\n}\n`;
}

function formatEntry({ digest, mediaType, platforms, lookedUp }: LockEntry): string {
  const lines = [
    `"digest": ${JSON.stringify(digest)}`,
    `"mediaType": ${JSON.stringify(mediaType)}`,
    formatList("platforms", platforms),
    `"lookedUp": ${JSON.stringify(lookedUp)}`,
  ];
  return `{\n${lines.map((line) => `      ${line}`).join(",\n")}\n    }`;
}

/** prettier's width, without the indentation and the comma. */
const lineWidth = 120 - 7;

function formatList(name: string, items: readonly string[]): string {
  const quoted = items.map((item) => JSON.stringify(item));
  const line = `"${name}": [${quoted.join(", ")}]`;
  return line.length <= lineWidth ? line : `"${name}": [\n        ${quoted.join(",\n        ")}\n      ]`;
}
