import { formatReference, type ImageReference, parseReference } from "../../components/images/reference";
import { RegistryError } from "./registry/errors";
import type { WantedImage } from "./wanted";

/** As many at a time: enough to hide waiting, too few to meet a registry's limit. */
const parallel = 4;

/** Applies an asynchronous function to all items, a few at a time, keeping their order. */
export async function inParallel<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await each(item);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}

/**
 * Where an image is looked up: at its own registry, or behind the mirror's prefix.
 * @throws RegistryError when the two make no reference
 */
export function sourceOf({ parsed, mirror }: WantedImage): ImageReference {
  if (mirror === undefined) return parsed;
  const { tag, ...rest } = parsed;
  const behind = parseReference(`${mirror}/${formatReference({ ...rest, ...(tag !== undefined && { tag }) })}`);
  if (behind) return behind;
  throw new RegistryError("wrong", `behind the mirror ${JSON.stringify(mirror)} its name is no reference`);
}
