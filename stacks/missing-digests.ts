import type { Readable } from "./checks";
import { formatProblem, type Problem } from "./problems";

/** What is wrong with settings, and of that what is not an image without a digest where digests are required. */
export interface Split {
  readonly all: readonly Problem[];
  readonly missingDigests: readonly Problem[];
  readonly others: readonly Problem[];
}

/**
 * Tells problems of images that lack a digest from all others: they are those which are gone when `images.requireDigest` is false. So no
 * check has to say which kind its problems are.
 */
export function splitByDigest(settings: Readable, check: (settings: Readable) => readonly Problem[]): Split {
  const all = check(settings);
  const { images } = settings;
  if (images?.requireDigest !== true) return { all, missingDigests: [], others: all };
  const relaxed = new Set(check({ ...settings, images: { ...images, requireDigest: false } }).map(formatProblem));
  const stays = (problem: Problem): boolean => relaxed.has(formatProblem(problem));
  return { all, missingDigests: all.filter((problem) => !stays(problem)), others: all.filter(stays) };
}
