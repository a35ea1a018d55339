import type { HookTemplateDocument, WorkflowPod } from "../../components/arc/hooks/hook-input";
import { hookLines, sampleRunner } from "../../components/arc/hooks/sample-pod";
import { workflowPod } from "../../components/arc/hooks/workflow-pod";
import type { KubernetesMode } from "../../components/arc/kubernetes-pod";
import { nearestName } from "../../stacks/problems";
import { UserError } from "../user-error";

/** The hook template of a set, with what else decides about its jobs' pods. */
export interface SetTemplate {
  readonly document: HookTemplateDocument;
  readonly mode: KubernetesMode;
  readonly runnerImage: string;
}

export interface ShowArgs {
  /** All scale sets of the stack. */
  readonly sets: readonly string[];
  /** Those in the Kubernetes modes, with their templates. */
  readonly templates: ReadonlyMap<string, SetTemplate>;
  /** The set that is asked for. */
  readonly set: string;
  /** Image of the job. */
  readonly image: string;
  /** Images of its services. */
  readonly services: readonly string[];
  /** Name of the runner's pod. @default one like those that the controller gives */
  readonly runnerPod?: string;
}

/**
 * The pod that the container hooks will make for a job of a set.
 *
 * @throws UserError when there is no such set, or when it makes no pods
 */
export function showPod({ sets, templates, set, image, services, runnerPod }: ShowArgs): WorkflowPod {
  const template = templates.get(set);
  if (!template) throw new UserError(sets.includes(set) ? withoutPods(set, [...templates.keys()]) : unknown(set, sets));
  const { document, mode, runnerImage } = template;
  const runner = sampleRunner(runnerPod ?? `${set}-xxxxx-runner-xxxxx`, runnerImage);
  try {
    return workflowPod({
      line: hookLines[mode],
      runner,
      job: { image },
      services: services.map((service) => ({ image: service })),
      template: document,
    });
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

function withoutPods(set: string, others: readonly string[]): string {
  const hint = others.length === 0 ? "" : `; sets that make pods: ${others.join(", ")}`;
  return `"${set}" is a DinD set: its jobs run in the runner's own pod, and no workflow pod is made${hint}`;
}

function unknown(set: string, sets: readonly string[]): string {
  const nearest = nearestName(set, sets);
  return [
    `there is no scale set "${set}"; allowed: ${sets.join(", ")}`,
    ...(nearest === undefined ? [] : [`did you mean ${nearest}?`]),
  ].join("; ");
}
