import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { emptyLock, type ImageLock, lockConflict, lockedImage, parseLock } from "../components/images/lock";
import { joinPath, type Problem } from "./problems";
import type { Sections } from "./settings";

/** The lock of this checkout. A missing file is an empty lock. @throws LockUnreadable */
export function readImageLock(): ImageLock {
  const file = join(__dirname, "..", "images.lock.json");
  return existsSync(file) ? parseLock(readFileSync(file, "utf8")) : emptyLock;
}

/** Settings whose images carry the digests of the lock; references that contradict it are problems. */
export function withLock(sections: Partial<Sections>, lock: ImageLock, problems: Problem[]): Partial<Sections> {
  const { images, legacy, storage, certManager, vault } = sections;
  const locked = <T extends Readonly<Record<string, unknown>>>(path: readonly string[], record: T): T => {
    const entries = Object.entries(record).map(([key, value]) => {
      if (typeof value !== "string" || notImages.has(key)) return [key, value];
      const conflict = lockConflict(value, lock);
      if (conflict) problems.push({ path: joinPath(...path, key), ...conflict });
      return [key, lockedImage(value, lock)];
    });
    return Object.fromEntries(entries) as T;
  };
  return {
    ...sections,
    ...(images && { images: locked(["images"], images) }),
    ...(certManager && {
      certManager: { ...certManager, images: locked(["certManager", "images"], certManager.images) },
    }),
    ...(storage?.rook && {
      storage: {
        ...storage,
        rook: { ...storage.rook, images: locked(["storage", "rook", "images"], storage.rook.images) },
      },
    }),
    ...(vault && { vault: { ...vault, ...locked(["vault"], { image: vault.image }) } }),
    ...(legacy && {
      legacy: {
        ...legacy,
        controller: {
          ...legacy.controller,
          images: locked(["legacy", "controller", "images"], legacy.controller.images),
        },
        runnerDeployments: Object.fromEntries(
          Object.entries(legacy.runnerDeployments).map(([name, { image, ...rest }]) => [
            name,
            image === undefined ? rest : { ...rest, ...locked(["legacy", "runnerDeployments", name], { image }) },
          ]),
        ),
      },
    }),
  };
}

/** Settings below `images` that name no image. */
const notImages = new Set(["mirror", "pullPolicy"]);
