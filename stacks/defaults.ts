import { certManagerDefaults } from "./cert-manager/defaults";
import { defaultCaches, defaultPools } from "./default-pools";
import { defaultScaleSets, scaleSetDefaults } from "./default-scale-sets";
import type { Layer } from "./settings";

/**
 * Values that environments share. Versions of other people's software are pinned here and nowhere else. The seven scale sets and the pools
 * of nodes they run on are in `defaultScaleSets` and `defaultPools`.
 */
export const defaults: Layer = {
  production: false,
  kubernetes: { version: "1.35" },
  namespaces: {
    controller: "arc-systems",
    dind: "arc-runners-dind",
    kubernetes: "arc-runners-kubernetes",
    kubernetesPodSecurity: "baseline",
  },
  github: { allowHttp: false },
  arc: {
    version: "0.14.2",
    controllerChart: {
      chart: "oci://ghcr.io/actions/actions-runner-controller-charts/gha-runner-scale-set-controller",
      version: "0.14.2",
    },
    replicas: 2,
    logLevel: "info",
    logFormat: "json",
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    listenerResources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
    // ARC's own defaults of 2, 20 and 30 make a burst of jobs wait (actions-runner-controller #3276, #3953).
    concurrency: { runnerReconciles: 10, clientQps: 50, clientBurst: 100 },
  },
  images: {
    requireDigest: true,
    pullPolicy: "IfNotPresent",
    controller: "ghcr.io/actions/gha-runner-scale-set-controller:0.14.2",
    runner: "ghcr.io/actions/actions-runner:2.336.0",
    dind: "docker.io/library/docker:28.5.1-dind",
    // Runs the platform's own programs.
    node: "docker.io/library/node:24.9.0-slim",
  },
  registry: { ca: { configMap: "harbor-ca" } },
  dind: {
    form: "sidecar",
    waitForDockerSeconds: 120,
    // Group `docker` of the runner image.
    dockerGroupId: 123,
  },
  pools: defaultPools,
  caches: defaultCaches,
  network: {
    internet: true,
    // Package mirrors are still reached over port 80.
    runnerPorts: [80, 443],
    // Network plugins judge a connection before or after the service address is translated; 6443 is the usual port behind it.
    apiServerPorts: [443, 6443],
    // Instance metadata of the common clouds: jobs must not become the node.
    blockedCidrs: ["169.254.169.254/32", "fd00:ec2::254/128"],
    destinations: {},
  },
  quota: { headroomPercent: 100 },
  monitoring: {
    podMonitors: false,
    prometheusRules: false,
    namespace: "monitoring",
  },
  scheduler: { resources: { requests: { cpu: "10m", memory: "48Mi" }, limits: { cpu: "200m", memory: "128Mi" } } },
  certManager: certManagerDefaults,
  scaleSetDefaults,
  scaleSets: defaultScaleSets,
};
