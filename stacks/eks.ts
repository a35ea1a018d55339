import type { Layer } from "./settings";

/**
 * What Karpenter labels its nodes with. Managed node groups have `eks.amazonaws.com/capacityType` with SPOT and ON_DEMAND instead; an
 * installation with those replaces the selectors, see Pulumi.eks.yaml.
 */
const capacity = (type: "spot" | "on-demand") => ({ "karpenter.sh/capacity-type": type });

/** Nodes for runners carry this taint, so that nothing else of the cluster makes Karpenter keep or buy one. */
const runnersOnly = { key: "runner-platform/runners", operator: "Exists", effect: "NoSchedule" } as const;

/**
 * A cluster of Amazon EKS: nodes come and go by Karpenter, spot ones for jobs that need only CPU and memory, volumes are EBS and EFS, and
 * jobs reach AWS by roles of their own. Cluster, node pools, drivers and the EFS file system are there before: docs/eks.md.
 */
export const eks: Layer = {
  certManager: { mode: "install" },
  storage: {
    backend: "ebs",
    classes: { block: "ebs-gp3", shared: "efs", retained: "ebs-gp3-retained" },
  },
  // The section's presence alone asks for account, cluster and issuer: without them nothing here would have rights.
  aws: { csiDrivers: { ebs: true, efs: true } },
  pools: {
    general: { nodeSelector: capacity("spot"), tolerations: [runnersOnly] },
    "large-memory": { nodeSelector: capacity("spot"), tolerations: [runnersOnly] },
    // A Docker daemon holds images and layers that a job would lose with its node; a push half done is worse than a test half done.
    docker: { nodeSelector: capacity("on-demand"), tolerations: [runnersOnly] },
    gpu: {
      nodeSelector: capacity("on-demand"),
      tolerations: [runnersOnly, { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    },
    // Instances of type F2. They are rare enough for nobody to wait for a spot one.
    fpga: {
      nodeSelector: capacity("on-demand"),
      tolerations: [runnersOnly, { key: "ci", operator: "Equal", value: "fpga", effect: "NoSchedule" }],
    },
  },
  caches: {
    huggingface: { volume: { storageClassName: "efs", size: "200Gi" } },
    ccache: { volume: { storageClassName: "efs", size: "100Gi" } },
  },
  network: {
    // Instance metadata and the agent of EKS Pod Identity: jobs have roles by their tokens, and must get at no other.
    blockedCidrs: ["169.254.169.254/32", "fd00:ec2::254/128", "169.254.170.23/32", "fd00:ec2::23/128"],
  },
  scaleSetDefaults: { work: { storageClassName: "ebs-gp3" } },
  scaleSets: {
    "runner-base": { pool: "docker" },
    // No idle runner keeps an expensive node.
    "runner-gpu": { minRunners: 0 },
    "runner-fpga": { minRunners: 0 },
  },
};
