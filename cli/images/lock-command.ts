import { type ImageLock, type LockEntry, lockKey } from "../../components/images/lock";
import type { RegistryClient } from "./registry/client";
import { RegistryError } from "./registry/errors";
import { readLock, writeLock } from "./lock-file";
import { inParallel, sourceOf } from "./look-up";
import { fromEntry, type Outcome } from "./outcome";
import type { WantedImage } from "./wanted";

export interface LockTask {
  readonly file: string;
  readonly wanted: readonly WantedImage[];
  readonly client: Pick<RegistryClient, "lookUp">;
  /** Takes out entries that nothing in `wanted` needs. */
  readonly prune: boolean;
  readonly now: () => Date;
}

/**
 * Fills the lock from the registries. What could not be looked up keeps the entry it had; everything else is written, in one step. An entry
 * whose digest is confirmed stays as it is, time included, so that a run which finds nothing new changes nothing.
 */
export async function lockImages({ file, wanted, client, prune, now }: LockTask): Promise<Outcome[]> {
  const before = readLock(file);
  const images = new Map(Object.entries(before.images));
  const outcomes = await inParallel(wanted, async (image) => {
    const { outcome, entry } = await lockOne(image, before, client, now);
    const key = lockKey(image.reference);
    if (entry && key !== undefined) images.set(key, entry);
    return outcome;
  });
  const pruned = prune ? unusedEntries(before, wanted) : [];
  for (const { image } of pruned) images.delete(image);
  writeLock(file, { ...before, images: Object.fromEntries(images) });
  return [...outcomes, ...pruned.map((outcome): Outcome => ({ ...outcome, state: "pruned" }))];
}

async function lockOne(
  image: WantedImage,
  lock: ImageLock,
  client: LockTask["client"],
  now: () => Date,
): Promise<{ readonly outcome: Outcome; readonly entry?: LockEntry }> {
  const { reference, usedBy, parsed } = image;
  if (parsed.digest !== undefined)
    return { outcome: { image: reference, state: "pinned", digest: parsed.digest, usedBy } };
  const key = lockKey(reference) ?? reference;
  const held = lock.images[key];
  const named = { image: key, usedBy };
  try {
    const found = await client.lookUp(sourceOf(image));
    if (held?.digest === found.digest) return { outcome: { ...named, state: "unchanged", ...fromEntry(held) } };
    const entry = { ...found, platforms: [...found.platforms], lookedUp: `${now().toISOString().slice(0, 19)}Z` };
    const state = held ? "moved" : "added";
    return { entry, outcome: { ...named, state, ...fromEntry(entry), ...(held && { otherDigest: held.digest }) } };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { outcome: { ...named, state: "failed", ...fromEntry(held), reason: error.message } };
  }
}

/** Entries of the lock that no wanted image takes its digest from. */
export function unusedEntries(lock: ImageLock, wanted: readonly WantedImage[]): Outcome[] {
  const used = new Set(
    wanted.filter(({ parsed }) => parsed.digest === undefined).map(({ reference }) => lockKey(reference)),
  );
  return Object.entries(lock.images)
    .filter(([key]) => !used.has(key))
    .map(([image, entry]) => ({ image, state: "unused", ...fromEntry(entry), usedBy: [] }));
}
