import type { Layer, SimulatedNode } from "./settings";
import { localVault } from "./vault/local";

/** Every simulated node has it, so that no real workload may land where nothing runs. */
const simulated = { key: "kwok.x-k8s.io/node", operator: "Exists", effect: "NoSchedule" } as const;

/** Name of the provisioner that the sandbox runs: each claim gets a folder of the machine. */
export const localProvisioner = "runner-platform.invalid/folders";

/**
 * The sandbox: everything on one machine of two cores, with images built there, and with the newest ARC release that can be built from Go
 * modules. What depends on the running sandbox (kubeconfig, address and token of its GitHub, chart folder) comes from stack configuration.
 *
 * Runners run on this machine, while most jobs' pods are placed on simulated nodes. That takes the mode without a shared volume;
 * `runner-hybrid` has its jobs on this machine too, with a volume.
 */
export const local: Layer = {
  kubernetes: { version: "1.35" },
  // The stand-in for GitHub speaks plain http, and only to this machine.
  github: { allowHttp: true },
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
    node: "docker.io/runner-platform/node:sandbox",
  },
  // ARC 0.6 knows no native side-cars.
  dind: { form: "container" },
  pools: {
    // This machine: simulated nodes keep everything away that does not ask for them.
    machine: {},
    general: { nodeSelector: { "runner-platform/pool": "general" }, tolerations: [simulated] },
    "large-memory": {
      tolerations: [simulated, { key: "ci", operator: "Equal", value: "large-memory", effect: "NoSchedule" }],
    },
    gpu: {
      tolerations: [simulated, { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
      nodes: 1,
      device: { resource: "nvidia.com/gpu", perNode: 4 },
    },
    fpga: {
      // The one machine with the cards, by its name.
      nodeSelector: { ci: null, "kubernetes.io/hostname": "simulated-fpga" },
      tolerations: [simulated, { key: "ci", operator: "Equal", value: "fpga", effect: "NoSchedule" }],
      nodes: 1,
      device: { resource: "squat.ai/fpga", perNode: 3 },
    },
  },
  caches: {
    huggingface: { volume: { storageClassName: "shared-folders", size: "64Mi" } },
    ccache: { volume: { storageClassName: "shared-folders", size: "64Mi" } },
    uv: { volume: { sizeLimit: "64Mi" } },
  },
  storage: {
    backend: "local",
    classes: { block: "folders", shared: "shared-folders" },
    defaultClass: "block",
    local: { provisioner: localProvisioner, sharedParameters: { shared: "true" } },
  },
  certManager: {
    mode: "install",
    // The newest release that can be built from its Go module; it cannot narrow what it approves.
    version: "1.11.5",
    chart: { repository: null, version: null },
    // `destroy` is an everyday command here.
    crds: "delete",
    images: {
      controller: "docker.io/runner-platform/cert-manager-controller:v1.11.5",
      webhook: "docker.io/runner-platform/cert-manager-webhook:v1.11.5",
      cainjector: "docker.io/runner-platform/cert-manager-cainjector:v1.11.5",
      acmesolver: null,
    },
    replicas: 1,
    resources: {
      controller: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "1", memory: "128Mi" } },
      webhook: { requests: { cpu: "5m", memory: "16Mi" }, limits: { cpu: "1", memory: "64Mi" } },
      cainjector: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "1", memory: "128Mi" } },
    },
    approver: { scope: "all" },
    issuers: { "platform-ca": { selfSignedCa: { commonName: "runner-platform sandbox" } } },
  },
  vault: localVault,
  scaleSetDefaults: {
    mode: "kubernetes-novolume",
    // `destroy` is an everyday command here.
    allowReplace: true,
    workSizeLimit: "256Mi",
    work: { storageClassName: "folders", size: "64Mi" },
    resources: {
      runner: { requests: { cpu: "20m", memory: "48Mi" }, limits: { cpu: "1", memory: "192Mi" } },
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
  scaleSets: {
    "runner-base": {
      pool: "machine",
      resources: {
        runner: {
          requests: { cpu: "20m", memory: "32Mi", "ephemeral-storage": null },
          limits: { cpu: "500m", memory: "128Mi", "ephemeral-storage": null },
        },
      },
    },
    "runner-hybrid": {
      mode: "kubernetes",
      pool: "machine",
      job: { resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } } },
    },
  },
};

const general = (name: string): SimulatedNode => ({
  name,
  labels: { "runner-platform/pool": "general" },
  taints: [],
  capacity: { cpu: "96", memory: "512Gi", pods: "110" },
});

/**
 * Machines that exist in the scheduler's eyes only. All are tainted, so that nothing lands there unless it asks for them; their labels are
 * those by which pools find the real ones.
 */
export const simulatedNodes: readonly SimulatedNode[] = [
  {
    name: "simulated-gpu",
    labels: { "nvidia.com/gpu.present": "true" },
    taints: [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }],
    capacity: { cpu: "64", memory: "512Gi", pods: "110", "nvidia.com/gpu": "4" },
  },
  {
    name: "simulated-fpga",
    labels: { ci: "fpga" },
    taints: [{ key: "ci", value: "fpga", effect: "NoSchedule" }],
    capacity: { cpu: "128", memory: "512Gi", pods: "110", "squat.ai/fpga": "3" },
  },
  {
    name: "simulated-large-memory",
    labels: { ci: "large-memory" },
    taints: [{ key: "ci", value: "large-memory", effect: "NoSchedule" }],
    capacity: { cpu: "128", memory: "2Ti", pods: "110" },
  },
  general("simulated-general-1"),
  general("simulated-general-2"),
];
