import { type Problem, show } from "./problems";

/** What is wrong with an image where settings demand digests, whichever section has it. */
export function digestProblems(path: string, image: string): Problem[] {
  if (image.includes("@sha256:")) return [];
  return [
    {
      path,
      what: show(path, image),
      allowed: "an image with @sha256:DIGEST, or one that images.lock.json holds",
      fix: "run `npm run images -- lock`, or set images.requireDigest to false",
    },
  ];
}
