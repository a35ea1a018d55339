import { DeleteObjectCommand } from "@aws-sdk/client-s3";

import { manifestOf } from "../manifest";
import type { VerifiedSnapshot } from "../types";
import { confirm } from "./confirm";
import { type Content, fileContent, textContent } from "./content";
import { createObject } from "./create";
import { StoreError, toStoreError } from "./errors";
import { manifestKey, snapshotKey } from "./keys";
import type { Store } from "./store";
import { upload } from "./upload";

/** What writing found out; filled in as it goes, so that a failure half-way still tells how long it took. */
export interface Progress {
  readonly warnings: string[];
  readonly seconds: { upload: number; confirm: number };
}

/** Key that the snapshot has in this store. */
export function keyOf({ config }: Store, { clusterId, takenAt, meta }: VerifiedSnapshot): string {
  return snapshotKey(config.prefix, { clusterId, takenAt, index: meta.index });
}

/**
 * Writes a snapshot, confirms that the store has it, and writes its manifest last: a backup exists from then on.
 *
 * @throws StoreError `mismatch` when the store holds something else even after a second upload; whatever the store answers otherwise.
 */
export async function writeBackup(
  store: Store,
  snapshot: VerifiedSnapshot,
  suspicious: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const key = keyOf(store, snapshot);
  const file = fileContent(snapshot.file, snapshot.bytes, snapshot.sha256);
  await writeConfirmed(store, { key, content: file, contentType: "application/gzip" }, progress, signal);
  const manifest = manifestOf(snapshot, key, suspicious);
  const content = textContent(`${JSON.stringify(manifest, undefined, 2)}\n`);
  await writeConfirmed(store, { key: manifestKey(key), content, contentType: "application/json" }, progress, signal);
}

interface Written {
  readonly key: string;
  readonly content: Content;
  readonly contentType: string;
}

async function writeConfirmed(store: Store, what: Written, progress: Progress, signal: AbortSignal): Promise<void> {
  const { key, content } = what;
  let statedSum = await timed(progress, "upload", () => createObject(store, what, signal));
  store.log("info", "upload", { store: store.name, key, bytes: content.bytes });
  for (const last of [false, true]) {
    const { mismatch, warnings } = await timed(progress, "confirm", () =>
      confirm(store, { key, content, statedSum }, signal),
    );
    progress.warnings.push(...warnings.filter((warning) => !progress.warnings.includes(warning)));
    if (mismatch === undefined) {
      store.log("info", "confirm", { store: store.name, key });
      return;
    }
    store.log("warn", "confirm", { store: store.name, key, mismatch });
    if (last) {
      await discard(store, key, signal);
      throw new StoreError("mismatch", `${mismatch}; nor was a second upload stored as sent`);
    }
    // What is there is this run's own: the store took it as new.
    statedSum = await timed(progress, "upload", () => upload(store, { ...what, mode: "overwrite" }, signal));
    progress.warnings.push(`uploaded twice: ${mismatch}`);
  }
}

/** Takes away what this run wrote and the store garbled, so that another attempt finds the key free. Without the right to, it stays unverified. */
async function discard(store: Store, Key: string, abortSignal: AbortSignal): Promise<void> {
  try {
    await store.client.send(new DeleteObjectCommand({ Bucket: store.config.bucket, Key }), { abortSignal });
  } catch (error) {
    store.log("warn", "discard", { store: store.name, key: Key, message: toStoreError(error).message });
  }
}

async function timed<T>({ seconds }: Progress, part: "upload" | "confirm", work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await work();
  } finally {
    seconds[part] += (performance.now() - begun) / 1000;
  }
}
