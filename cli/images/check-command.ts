import { type ImageLock, lockCommand, lockConflict, type LockEntry, lockKey } from "../../components/images/lock";
import { unusedEntries } from "./lock-command";
import { readLock } from "./lock-file";
import { inParallel, sourceOf } from "./look-up";
import { fromEntry, type Outcome } from "./outcome";
import type { RegistryClient } from "./registry/client";
import { RegistryError } from "./registry/errors";
import type { WantedImage } from "./wanted";

export interface CheckTask {
  readonly file: string;
  readonly wanted: readonly WantedImage[];
  /** Absent: only the lock and the settings are compared. */
  readonly client?: Pick<RegistryClient, "lookUp" | "digestOf">;
  /** Whether `wanted` is all that any stack uses, so that other entries are unused. */
  readonly everything: boolean;
}

/** Compares settings, lock and registries, and changes nothing. */
export async function checkImages({ file, wanted, client, everything }: CheckTask): Promise<Outcome[]> {
  const lock = readLock(file);
  const outcomes = await inParallel(wanted, (image) => checkOne(image, lock, client));
  return [...outcomes, ...(everything ? unusedEntries(lock, wanted) : [])];
}

async function checkOne(image: WantedImage, lock: ImageLock, client: CheckTask["client"]): Promise<Outcome> {
  const { reference, usedBy, parsed } = image;
  if (parsed.digest !== undefined) {
    const conflict = lockConflict(reference, lock);
    if (!conflict) return { image: reference, state: "pinned", digest: parsed.digest, usedBy };
    return {
      image: reference,
      state: "conflict",
      digest: parsed.digest,
      reason: `${conflict.what}; ${conflict.fix}`,
      usedBy,
    };
  }
  const key = lockKey(reference) ?? reference;
  const held = lock.images[key];
  if (!held) return { image: key, state: "missing", reason: `run \`${lockCommand}\``, usedBy };
  const found: Outcome = { image: key, state: "locked", ...fromEntry(held), usedBy };
  return client ? compareWithRegistry(found, image, held, client) : found;
}

async function compareWithRegistry(
  outcome: Outcome,
  image: WantedImage,
  held: LockEntry,
  client: NonNullable<CheckTask["client"]>,
): Promise<Outcome> {
  try {
    const source = sourceOf(image);
    const digest = (await client.digestOf(source)) ?? (await client.lookUp(source)).digest;
    if (digest === held.digest) return outcome;
    return {
      ...outcome,
      state: "stale",
      otherDigest: digest,
      reason: `the tag points to another image now: run \`${lockCommand}\``,
    };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { ...outcome, state: "failed", reason: error.message };
  }
}
