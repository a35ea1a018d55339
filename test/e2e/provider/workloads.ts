import type * as k8s from "@pulumi/kubernetes";
import { runnerImage } from "../../../sandbox/images/catalog";

/** An image that no registry has. */
export const missingImage = "docker.io/runner-platform/missing:none";

/** Labels by which a workload's controller and Service find its pods. */
export const labelsOf = (name: string): Record<string, string> => ({ app: name });

/** A pod of one container that is on the node already: `command` is one of the image's toolbox. */
export function podSpec(
  command: readonly string[],
  container: Partial<k8s.types.input.core.v1.Container> = {},
): k8s.types.input.core.v1.PodSpec {
  return {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: "main",
        image: runnerImage,
        imagePullPolicy: "IfNotPresent",
        command: [...command],
        resources: { requests: { cpu: "10m", memory: "16Mi" } },
        ...container,
      },
    ],
  };
}

/** The part of a Deployment, StatefulSet or DaemonSet that makes its pods. */
export function podsOf(
  name: string,
  spec: k8s.types.input.core.v1.PodSpec,
): { selector: k8s.types.input.meta.v1.LabelSelector; template: k8s.types.input.core.v1.PodTemplateSpec } {
  return { selector: { matchLabels: labelsOf(name) }, template: { metadata: { labels: labelsOf(name) }, spec } };
}
