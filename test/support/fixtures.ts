import type { ArcControllerArgs } from "../../components/arc/arc-controller";
import type { DindPodArgs } from "../../components/arc/dind-pod";
import { type ArcRelease, arcRelease } from "../../components/arc/release";

/** A release that must exist. */
export function release(version: string): ArcRelease {
  const found = arcRelease(version, false);
  if (!found) throw new Error(`${version} is not served`);
  return found;
}

const small = { requests: { cpu: "10m", memory: "16Mi" } };

export const dindPodArgs: DindPodArgs = {
  form: "sidecar",
  runnerImage: "registry/runner:1",
  dindImage: "registry/docker:1",
  imagePullPolicy: "IfNotPresent",
  serviceAccountName: "runner-base-no-permission",
  resources: { runner: small, dind: small, init: small },
  waitForDockerSeconds: 120,
  dockerGroupId: 123,
};

export const controllerArgs: ArcControllerArgs = {
  release: release("0.14.2"),
  namespace: "arc-systems",
  chart: "oci://registry/charts/controller",
  chartVersion: "0.14.2",
  image: "registry/arc:0.14.2",
  imagePullPolicy: "IfNotPresent",
  replicas: 2,
  resources: { requests: { cpu: "100m", memory: "128Mi" } },
  logLevel: "info",
  logFormat: "json",
  concurrency: { runnerReconciles: 10, clientQps: 50, clientBurst: 100 },
  podMonitors: true,
};
