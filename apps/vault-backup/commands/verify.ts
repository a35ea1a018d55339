import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { BackupError, exitCodes } from "../errors";
import { type Log, messageOf } from "../log";
import { download, StoreError } from "../stores/index";
import { type Verified, verifier } from "../verify";
import type { Store } from "./stores";

export interface VerifyOptions {
  readonly folder: string;
  /** Where the snapshot stays, if it is good. @default nowhere */
  readonly to?: string | undefined;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Fetches a backup and checks it as if it came from Vault, and against its manifest. @returns the exit code */
export async function verify(store: Store, key: string, options: VerifyOptions): Promise<number> {
  const { folder, to, signal, log } = options;
  const file = to ?? join(folder, `verify-${process.pid}.snap`);
  let good = false;
  try {
    const { meta, bytes, sha256, manifest } = await fetchVerified(store, key, file, signal);
    const { vaultVersion, takenAt } = manifest;
    log("info", "verify", {
      store: store.name,
      key,
      outcome: "good",
      bytes,
      sha256,
      index: meta.index,
      vaultVersion,
      takenAt,
      to,
    });
    good = true;
    return exitCodes.complete;
  } finally {
    if (!good || to === undefined) await rm(file, { force: true });
  }
}

/** @throws BackupError `snapshotInvalid` with what is wrong, `allStoresFailed` if the store does not give it */
export async function fetchVerified(
  store: Store,
  key: string,
  file: string,
  signal: AbortSignal,
): Promise<Verified & Pick<Fetched, "manifest">> {
  await mkdir(join(file, ".."), { recursive: true });
  const { manifest } = await fetchFrom(store, key, file, signal);
  const verified = await verifyFile(file);
  const expected = manifest.sha256;
  if (verified.sha256 !== expected) {
    const what = `SHA-256 ${verified.sha256}, but the manifest says ${expected}`;
    throw new BackupError("snapshotInvalid", { path: `${store.name}/${key}`, what });
  }
  return { ...verified, manifest };
}

type Fetched = Awaited<ReturnType<typeof download>>;

async function fetchFrom(store: Store, key: string, file: string, signal: AbortSignal): Promise<Fetched> {
  try {
    return await download(store, key, file, signal);
  } catch (error) {
    const problem = { path: `stores.${store.name}`, what: `${key}: ${messageOf(error)}` };
    const damaged = error instanceof StoreError && (error.kind === "mismatch" || error.kind === "no-backup");
    throw new BackupError(damaged ? "snapshotInvalid" : "allStoresFailed", problem, { cause: error });
  }
}

/** The checks of a snapshot that lies on disk. */
export async function verifyFile(file: string): Promise<Verified> {
  const check = verifier();
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>)
      await check.write(chunk);
    return await check.end();
  } finally {
    check.destroy();
  }
}
