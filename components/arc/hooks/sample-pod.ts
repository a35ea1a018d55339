import type { KubernetesMode } from "../kubernetes-pod";
import type { HookLine, HookRunner, HookTemplateDocument, WorkflowPod } from "./hook-input";
import { workflowPod } from "./workflow-pod";

/** The line of the hooks that a mode uses. */
export const hookLines: Readonly<Record<KubernetesMode, HookLine>> = {
  kubernetes: "0.7",
  "kubernetes-novolume": "0.8",
};

/** A runner like any other of the platform, on a node that need not exist. */
export function sampleRunner(podName: string, image: string): HookRunner {
  return {
    podName,
    nodeName: "node",
    useKubeScheduler: true,
    image,
    workspace: "/home/runner/_work/repository/repository",
  };
}

/** The pod of a job that gives nothing but an image. */
export function sampleWorkflowPod(
  mode: KubernetesMode,
  template: HookTemplateDocument,
  runnerImage: string,
  image = "registry.invalid/job:1",
): WorkflowPod {
  return workflowPod({ line: hookLines[mode], runner: sampleRunner("runner", runnerImage), job: { image }, template });
}
