import type { Layer, SimulatedNode } from "./settings";

/**
 * The sandbox: everything on one machine of two cores, with images built there, and with the newest ARC release that can be built from Go
 * modules. What depends on the running sandbox (kubeconfig, address and token of its GitHub, chart folder) comes from stack configuration.
 */
export const local: Layer = {
  kubernetes: { version: "1.35" },
  arc: {
    version: "0.6.1",
    controllerChart: { version: null },
    replicas: 1,
    logFormat: "text",
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "1", memory: "256Mi" } },
    listenerResources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
  },
  images: {
    requireDigest: false,
    controller: "docker.io/runner-platform/arc:0.6.1",
    runner: "docker.io/runner-platform/runner:sandbox",
    dind: "docker.io/runner-platform/docker:sandbox",
  },
  // ARC 0.6 knows no native side-cars.
  dind: { form: "container" },
  scaleSetDefaults: {
    workSizeLimit: "256Mi",
    resources: {
      runner: {
        requests: { cpu: "20m", memory: "32Mi", "ephemeral-storage": null },
        limits: { cpu: "500m", memory: "128Mi", "ephemeral-storage": null },
      },
      dind: {
        requests: { cpu: "10m", memory: "16Mi", "ephemeral-storage": null },
        limits: { cpu: "500m", memory: "128Mi", "ephemeral-storage": null },
      },
      init: {
        requests: { cpu: "10m", memory: "16Mi", "ephemeral-storage": null },
        limits: { cpu: "500m", memory: "64Mi", "ephemeral-storage": null },
      },
    },
  },
};

/**
 * Machines that exist in the scheduler's eyes only. Both are tainted, so that nothing lands there unless it asks for them; their labels are
 * those by which scale sets find the real ones.
 */
export const simulatedNodes: readonly SimulatedNode[] = [
  {
    name: "simulated-gpu",
    labels: { "nvidia.com/gpu.present": "true" },
    taints: [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }],
    capacity: { cpu: "64", memory: "512Gi", pods: "110", "nvidia.com/gpu": "4" },
  },
  {
    name: "simulated-large-memory",
    labels: { ci: "large-memory" },
    taints: [{ key: "ci", value: "large-memory", effect: "NoSchedule" }],
    capacity: { cpu: "128", memory: "2Ti", pods: "110" },
  },
];
