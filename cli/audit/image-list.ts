import { readFileSync } from "node:fs";

import { isObject } from "../../stacks/merge";
import { explain, UserError } from "../user-error";
import type { ListedImage } from "./objects";

const accepted = "what `rbd ls --long --format json POOL` or `rbd trash ls --format json POOL` prints";

/** Images from a file. @throws UserError when it is no listing */
export function readImageList(file: string): readonly ListedImage[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`cannot read ${file}`, { cause: explain(error) });
  }
  return parseImageList(text, file);
}

/**
 * Images as Ceph's tool `rbd` lists them: of a pool, as names or, with `--long`, as objects that may hold snapshots too; of a trash, as
 * objects with an id. @throws UserError naming `source` when it is neither
 */
export function parseImageList(text: string, source: string): readonly ListedImage[] {
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    throw new UserError(`${source} is no JSON; allowed: ${accepted}`);
  }
  if (!Array.isArray(items)) throw new UserError(`${source} holds no list; allowed: ${accepted}`);
  const images = items.flatMap((item: unknown, index) => {
    const image = imageOf(item);
    if (image === "snapshot") return [];
    if (!image) throw new UserError(`${source}: entry ${index + 1} names no image; allowed: ${accepted}`);
    return [image];
  });
  return images;
}

function imageOf(item: unknown): ListedImage | "snapshot" | undefined {
  if (typeof item === "string") return { name: item, trash: false };
  if (!isObject(item)) return undefined;
  const { image, name, snapshot, create_timestamp: created } = item;
  if (snapshot !== undefined) return "snapshot";
  const date = typeof created === "string" ? new Date(created) : undefined;
  const age = date && !Number.isNaN(date.getTime()) ? { created: date } : {};
  if (typeof image === "string") return { name: image, trash: false, ...age };
  return typeof name === "string" ? { name, trash: true, ...age } : undefined;
}
