import type { Layer } from "./settings";

/**
 * Groups of nodes by name. Labels are those which node feature discovery and administrators use; what is given as `nodes` and
 * `device.perNode` is what the hardware is, and an installation with other machines says so in its own layer.
 */
export const defaultPools: NonNullable<Layer["pools"]> = {
  // Any node.
  general: {},
  "large-memory": { nodeSelector: { ci: "large-memory" } },
  gpu: {
    nodeSelector: { "nvidia.com/gpu.present": "true" },
    // A selector does not keep others away: scarce nodes should carry this taint, as GPU operators set it.
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    nodes: 3,
    device: { resource: "nvidia.com/gpu", perNode: 1 },
  },
  fpga: {
    nodeSelector: { ci: "fpga" },
    tolerations: [{ key: "ci", operator: "Equal", value: "fpga", effect: "NoSchedule" }],
    nodes: 3,
    // As the generic device plugin names it (squat/generic-device-plugin); vendors' plugins put the card's type into the name.
    device: { resource: "squat.ai/fpga", perNode: 1 },
  },
};

/**
 * Folders that outlive a job. Claims can be used from every node and allow the Pod Security level `baseline`; folders of the node
 * (`hostPath`) are faster and need `privileged`, so that choice is the environment's.
 *
 * uv takes a lock on its whole cache, so each job has one of its own. A runner serves one job, so such a cache is never met again, and an
 * emptyDir does the same without filling the node's disk.
 */
export const defaultCaches: NonNullable<Layer["caches"]> = {
  huggingface: {
    mountPath: "/mnt/cache/huggingface",
    variable: "HF_HOME",
    volume: { kind: "claim", claimName: "huggingface-runner-pvc" },
  },
  ccache: {
    mountPath: "/mnt/cache/ccache",
    variable: "CCACHE_DIR",
    volume: { kind: "claim", claimName: "ccache-runner-pvc" },
  },
  uv: { mountPath: "/mnt/cache/uv", variable: "UV_CACHE_DIR", volume: { kind: "emptyDir", sizeLimit: "10Gi" } },
};
