import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { ArcControllerRef } from "../../components/arc/arc-controller";
import { dindPodTemplate } from "../../components/arc/dind-pod";
import { RunnerScaleSet, type RunnerScaleSetArgs } from "../../components/arc/runner-scale-set";
import { dindPodArgs, release } from "./fixtures";
import type { Registrations } from "./mocks";

export const kinds = {
  component: "runner-platform:index:RunnerScaleSet",
  secret: "kubernetes:core/v1:Secret",
  serviceAccount: "kubernetes:core/v1:ServiceAccount",
  role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  binding: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  podTemplate: "kubernetes:core/v1:PodTemplate",
  scaleSet: "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet",
};

function controller(version: string): ArcControllerRef {
  return {
    release: release(version),
    namespace: pulumi.output("arc-systems"),
    serviceAccountName: pulumi.output("arc-gha-rs-controller"),
    resource: new k8s.core.v1.ConfigMap("controller"),
  };
}

/** A scale set `runner-base` that is complete, with some arguments changed. */
export function scaleSet(changes: Partial<RunnerScaleSetArgs> = {}, version = "0.14.2"): RunnerScaleSet {
  return new RunnerScaleSet("runner-base", {
    controller: controller(version),
    namespace: "runners",
    githubConfigUrl: "https://github.com/acme",
    credential: { kind: "token", token: pulumi.secret("ghp_first") },
    minRunners: 1,
    maxRunners: 10,
    podTemplate: (serviceAccountName) =>
      dindPodTemplate({
        ...dindPodArgs,
        serviceAccountName,
        form: version.startsWith("0.6") ? "container" : "sidecar",
      }),
    listener: { resources: { requests: { cpu: "5m", memory: "16Mi" } }, imagePullPolicy: "IfNotPresent" },
    protect: false,
    ...changes,
  });
}

/** The spec of the set that {@link scaleSet} made. */
export function spec(registrations: Registrations): Record<string, unknown> {
  return registrations.get(kinds.scaleSet, "runner-base-scale-set").inputs["spec"] as Record<string, unknown>;
}
