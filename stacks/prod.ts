import type { Layer } from "./settings";

/**
 * Production on machines of the company: Ceph on their own disks, run by Rook, certificates by cert-manager, metrics and alerts. Which nodes
 * and disks there are, and whose runners these are, stands in Pulumi.prod.yaml.
 *
 * Every image needs its digest here (`images.requireDigest`, which is the default), so `npm run images -- lock` comes before the first update.
 */
export const prod: Layer = {
  production: true,
  certManager: { mode: "install" },
  // Volumes of the retained class outlive their claims: for what must not go with a slip of the hand, Vault for instance.
  storage: { backend: "rook", classes: { retained: "rook-ceph-block-retained" } },
  // On claims, so that jobs need no folders of nodes and their namespace keeps the Pod Security level `baseline`.
  caches: {
    huggingface: { volume: { storageClassName: "rook-cephfs", size: "200Gi" } },
    ccache: { volume: { storageClassName: "rook-cephfs", size: "100Gi" } },
  },
  monitoring: { podMonitors: true, prometheusRules: true },
};
