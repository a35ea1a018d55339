import type { Layer } from "./settings";

/** Development: one controller, and images by tag until the mirror of the installation gives digests. */
export const dev: Layer = {
  arc: { replicas: 1 },
  images: { requireDigest: false },
};
