import { type FileHandle, open as openFile, rm, statfs } from "node:fs/promises";
import { join } from "node:path";

import { BackupError } from "./errors";
import { type Verified, verifier } from "./verify";

/** Bytes that a new file may have in this folder. */
export async function availableBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Part by which a snapshot may have grown since the last one before it is thought to need more room. */
const growth = 1 / 10;

/**
 * Refuses to begin when the snapshot can be expected not to fit.
 *
 * @param lastBytes size of the newest backup, if there is one
 * @throws BackupError `spoolFull` with needed and available sizes
 */
export function checkRoom(folder: string, available: number, lastBytes: number | undefined): void {
  const needed = Math.ceil((lastBytes ?? 0) * (1 + growth));
  if (available < needed) throw full(folder, `about ${needed}`, available);
}

/** Where `receive` writes; a file but in tests. */
export type Sink = Pick<FileHandle, "write" | "close">;

/**
 * Writes a snapshot to disk while it is hashed and checked. Nobody else is waited for, so that Vault's stream, which holds locks of its
 * storage, is open no longer than Vault and disk need.
 *
 * @param expected bytes that are needed, as far as they are known
 * @throws BackupError `snapshotInvalid`, `spoolFull`; whatever the stream fails with. The file is gone then.
 */
export async function receive(
  stream: AsyncIterable<Buffer>,
  file: string,
  folder: string,
  expected: number | undefined,
  create: (file: string) => Promise<Sink> = (path) => openFile(path, "wx", 0o600),
): Promise<Verified> {
  const check = verifier();
  try {
    const sink = await create(file);
    try {
      for await (const chunk of stream) await Promise.all([writeAll(sink, chunk), check.write(chunk)]);
    } finally {
      await sink.close();
    }
    return await check.end();
  } catch (error) {
    check.destroy();
    await rm(file, { force: true });
    if (!isFull(error)) throw error;
    const needed = Math.max(check.bytes(), expected ?? 0);
    throw full(folder, `more than ${needed}`, await availableBytes(folder).catch(() => 0), error);
  }
}

/** Removes whatever runs left behind: the folder belongs to this program alone. */
export async function clearSpool(folder: string, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.filter((name) => name.endsWith(".snap")).map((name) => rm(join(folder, name), { force: true })),
  );
}

async function writeAll(sink: Sink, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    const { bytesWritten } = await sink.write(chunk, at, chunk.length - at);
    at += bytesWritten;
  }
}

function isFull(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown };
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}

function full(folder: string, needed: string, available: number, cause?: unknown): BackupError {
  const problem = {
    path: `spoolFolder ${folder}`,
    what: `no room for the snapshot: ${needed} bytes needed, ${available} available`,
    fix: "raise the size of the spool to at least 2.2 times the last backup",
  };
  return new BackupError("spoolFull", problem, { cause });
}
