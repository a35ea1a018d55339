import { DeleteObjectCommand } from "@aws-sdk/client-s3";

import type { Backup } from "./backup";
import { isKeptByStore, isMissing, toStoreError } from "./errors";
import { manifestKey } from "./keys";
import type { Store } from "./store";

export interface Pruned {
  readonly pruned: readonly string[];
  /** What a policy or lock of the store does not let go. */
  readonly keptByLock: readonly string[];
  readonly warnings: readonly string[];
}

/** After so many refusals in a row the rest is not tried: younger objects are locked for longer. */
const mostRefusals = 3;

/**
 * Deletes backups one by one, the manifest before its object. A run killed between the two leaves an object without manifest, which counts as
 * unverified and which the next run deletes; the other way round it would leave a backup that looks verified and has nothing in it. A lock that
 * covers both holds the manifest the longer of the two, as it was written later, so that a locked backup stays whole.
 */
export async function prune(store: Store, backups: readonly Backup[], signal: AbortSignal): Promise<Pruned> {
  const pruned: string[] = [];
  const keptByLock: string[] = [];
  const warnings: string[] = [];
  let refusals = 0;
  for (const backup of backups) {
    const { key } = backup;
    if (refusals >= mostRefusals) {
      keptByLock.push(key);
      continue;
    }
    try {
      await remove(store, backup, signal);
      pruned.push(key);
      refusals = 0;
      store.log("info", "prune", { store: store.name, key });
    } catch (error) {
      const { kind, message } = toStoreError(error);
      if (!isKeptByStore(error)) {
        warnings.push(`could not delete ${key}, the rest is left to the next run: ${message}`);
        store.log("warn", "prune", { store: store.name, key, class: kind, message });
        break;
      }
      refusals += 1;
      keptByLock.push(key);
      store.log("warn", "prune", { store: store.name, key, keptByLock: true, message });
    }
  }
  if (keptByLock.length > 0) warnings.push(`the store does not let ${keptByLock.length} old backups be deleted`);
  return { pruned, keptByLock, warnings };
}

async function remove(store: Store, { key, hasManifest, hasObject }: Backup, abortSignal: AbortSignal): Promise<void> {
  for (const Key of [...(hasManifest ? [manifestKey(key)] : []), ...(hasObject ? [key] : [])]) {
    try {
      await store.client.send(new DeleteObjectCommand({ Bucket: store.config.bucket, Key }), { abortSignal });
    } catch (error) {
      // Another run was faster.
      if (!isMissing(error)) throw error;
    }
  }
}
