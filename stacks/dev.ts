import type { Layer } from "./settings";

/**
 * Development, on machines of the company: one controller, images by tag until the mirror of the installation gives digests, and compiler
 * and package caches on the nodes' own disks, which the namespace of jobs pays for with the Pod Security level `privileged`.
 */
export const dev: Layer = {
  arc: { replicas: 1 },
  images: { requireDigest: false },
  namespaces: { kubernetesPodSecurity: "privileged" },
  caches: {
    ccache: { volume: { kind: "hostPath", claimName: null, path: "/tmp/ccache" } },
    // Each job gets a folder of its own below the path: uv locks its whole cache.
    uv: { perRunner: true, volume: { kind: "hostPath", sizeLimit: null, path: "/tmp/uv" } },
  },
};
