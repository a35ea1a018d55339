import { containerArgs, jobContainerName, mounts08, stepMounts07 } from "./hook-container";
import type {
  HookContainer,
  HookLine,
  HookRunner,
  HookTemplateDocument,
  PodContainer,
  PodMetadata,
  PodSpecFields,
  WorkflowPod,
} from "./hook-input";
import { extensionOf, mergeContainer, mergeMetadata, mergeSpec } from "./template-merge";
import { placement07, runnerLabel, volumes07, volumes08 } from "./workflow-pod";

export interface StepPodArgs {
  readonly line: HookLine;
  readonly runner: HookRunner;
  /** `args` of the command `run_container_step`. */
  readonly step: HookContainer;
  /** Eight characters that make the name unique; the hook draws them. */
  readonly suffix: string;
  /** 0.7 only: Secret that the hook has made from the step's variables. @default none */
  readonly variablesSecret?: string;
  readonly template?: HookTemplateDocument;
}

/** What the 0.7 line creates for a container step. */
export interface StepJob {
  readonly apiVersion: "batch/v1";
  readonly kind: "Job";
  readonly metadata: PodMetadata & { readonly name: string };
  readonly spec: {
    readonly ttlSecondsAfterFinished: number;
    readonly backoffLimit: number;
    readonly template: { readonly metadata: PodMetadata; readonly spec: PodSpecFields };
  };
}

/**
 * What the hooks create for a step that is a container action, beside the job's pod: a Job in the 0.7 line, a pod in the 0.8 line. The
 * template applies to it too, `$job` to its only container: a device requested there is requested a second time. Source:
 * `run-container-step.ts`, `createJob` (0.7.0) and `createContainerStepPod` (0.8.1) of runner-container-hooks.
 */
export function stepPod(args: StepPodArgs): StepJob | WorkflowPod {
  return args.line === "0.7" ? stepJob(args) : stepPod08(args);
}

/** `<runner>-step-<suffix>`, the runner's name cut so that 63 characters suffice. */
export function stepPodName(runnerPodName: string, suffix: string): string {
  return `${runnerPodName.slice(0, 63 - "-step-".length - 8)}-step-${suffix}`;
}

function stepJob({ runner, step, suffix, variablesSecret, template }: StepPodArgs): StepJob {
  const { entryPoint, entryPointArgs, workingDirectory } = step;
  const container: PodContainer = {
    name: jobContainerName,
    image: step.image,
    ...(workingDirectory && { workingDir: workingDirectory }),
    ...(entryPoint && { command: [entryPoint] }),
    ...(entryPointArgs?.length && { args: containerArgs("0.7", entryPointArgs) }),
    ...(variablesSecret !== undefined && { envFrom: [{ secretRef: { name: variablesSecret, optional: false } }] }),
    volumeMounts: stepMounts07(runner.workspace ?? ""),
  };
  const metadata = { name: stepPodName(runner.podName, suffix), labels: runnerLabel(runner), annotations: {} };
  const spec: PodSpecFields = {
    containers: [mergeContainer(container, extensionOf(template, jobContainerName))],
    restartPolicy: "Never",
    ...placement07(runner),
    volumes: volumes07(runner),
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: mergeMetadata(metadata, template?.metadata),
    spec: {
      ttlSecondsAfterFinished: 300,
      backoffLimit: 0,
      template: {
        // Without the runner's label: the controller finds the Job by it, but not this pod.
        metadata: mergeMetadata({ labels: {}, annotations: {} }, template?.metadata),
        spec: mergeSpec(spec, template?.spec),
      },
    },
  };
}

/** The step's own command and variables are brought in by a script later on. */
function stepPod08({ runner, step, suffix, template }: StepPodArgs): WorkflowPod {
  const container: PodContainer = {
    name: jobContainerName,
    image: step.image,
    workingDir: "/__w",
    command: ["tail"],
    args: ["-f", "/dev/null"],
    volumeMounts: mounts08,
  };
  const metadata = { name: stepPodName(runner.podName, suffix), labels: runnerLabel(runner), annotations: {} };
  const spec: PodSpecFields = {
    containers: [mergeContainer(container, extensionOf(template, jobContainerName))],
    restartPolicy: "Never",
    volumes: volumes08,
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: mergeMetadata(metadata, template?.metadata),
    spec: mergeSpec(spec, template?.spec),
  };
}
