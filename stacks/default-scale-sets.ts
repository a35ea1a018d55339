import type { Layer } from "./settings";

/** What every scale set has unless it says otherwise. */
export const scaleSetDefaults: NonNullable<Layer["scaleSetDefaults"]> = {
  mode: "kubernetes",
  pool: "general",
  allowReplace: false,
  workSizeLimit: "20Gi",
  work: { storageClassName: "rook-ceph-block", size: "15Gi" },
  // The hooks' own default.
  prepareJobTimeoutSeconds: 600,
  resources: {
    // In the Kubernetes modes a runner only passes messages on: the job's resources are below `job`.
    runner: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    dind: {
      requests: { cpu: "500m", memory: "1Gi", "ephemeral-storage": "10Gi" },
      limits: { cpu: "4", memory: "8Gi", "ephemeral-storage": "40Gi" },
    },
    init: {
      requests: { cpu: "100m", memory: "64Mi", "ephemeral-storage": "1Gi" },
      limits: { cpu: "1", memory: "256Mi", "ephemeral-storage": "2Gi" },
    },
  },
  job: {
    // Requests are given beside limits: without them they would equal the limits, and hardly any job would fit on a node.
    resources: { requests: { cpu: "4", memory: "16Gi" }, limits: { cpu: "16", memory: "64Gi" } },
    caches: ["huggingface", "ccache", "uv"],
  },
};

/** The seven scale sets. The key is what workflows put into `runs-on`; a further set is one more entry. */
export const defaultScaleSets: NonNullable<Layer["scaleSets"]> = {
  // Jobs that call the Docker CLI: image builds and registry pushes. The only set with a privileged container.
  "runner-base": {
    mode: "dind",
    minRunners: 1,
    maxRunners: 10,
    resources: {
      // Steps run in this container here.
      runner: {
        requests: { cpu: "500m", memory: "1Gi", "ephemeral-storage": "2Gi" },
        limits: { cpu: "2", memory: "4Gi", "ephemeral-storage": "24Gi" },
      },
    },
  },
  // General builds and tests.
  "runner-cpu": {
    pool: "large-memory",
    minRunners: 1,
    maxRunners: 10,
    job: { resources: { requests: { cpu: "4", memory: "16Gi" }, limits: { cpu: "32", memory: "128Gi" } } },
  },
  // The same nodes as runner-cpu; what differs is how much memory a job may take.
  "runner-cpu-largememory": {
    pool: "large-memory",
    minRunners: 1,
    maxRunners: 10,
    job: { resources: { requests: { cpu: "4", memory: "128Gi" }, limits: { cpu: "16", memory: "512Gi" } } },
  },
  // Synthesis and tests on FPGA cards: no more runners than cards.
  "runner-fpga": {
    pool: "fpga",
    minRunners: 1,
    maxRunners: 3,
    job: { devices: 1, resources: { requests: { cpu: "8", memory: "32Gi" }, limits: { cpu: "32", memory: "128Gi" } } },
  },
  // Tests on GPUs: no more runners than GPUs.
  "runner-gpu": {
    pool: "gpu",
    minRunners: 1,
    maxRunners: 3,
    job: { devices: 1, resources: { requests: { cpu: "8", memory: "32Gi" }, limits: { cpu: "16", memory: "128Gi" } } },
  },
  // Builds that use many cores.
  "runner-highcpu": {
    minRunners: 1,
    maxRunners: 10,
    job: { resources: { requests: { cpu: "16", memory: "32Gi" }, limits: { cpu: "32", memory: "64Gi" } } },
  },
  // Mixed workloads without a device: one that needs a GPU belongs to runner-gpu, so that GPUs are counted in one place.
  "runner-hybrid": { minRunners: 1, maxRunners: 4 },
};
