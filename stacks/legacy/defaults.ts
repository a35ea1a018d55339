import type { Layer } from "../settings";

/**
 * What the section `legacy` holds besides an environment's own values. It takes effect only where an environment has the section; versions of
 * other people's software are pinned here as in ../defaults.ts.
 */
export const legacyDefaults: NonNullable<Layer["legacy"]> = {
  namespaces: { controller: "actions-runner-system", runners: "actions-runner" },
  controller: {
    chart: {
      chart: "actions-runner-controller",
      repository: "https://actions-runner-controller.github.io/actions-runner-controller",
      version: "0.23.7",
    },
    images: {
      controller: "docker.io/summerwind/actions-runner-controller:v0.27.6",
      runner: "docker.io/summerwind/actions-runner:v2.306.0-ubuntu-22.04",
      dind: "docker.io/library/docker:28.5.1-dind",
    },
    replicas: 2,
    syncPeriod: "1m",
    webhookServer: {
      enabled: false,
      replicas: 1,
      resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
    },
    certificates: "cert-manager",
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    logLevel: "info",
    logFormat: "json",
  },
  runnerDeployments: {},
};
