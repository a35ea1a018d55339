import { jobContainer, jobContainerName, mounts08, serviceContainer, serviceName } from "./hook-container";
import type {
  HookLine,
  HookRunner,
  HookTemplateDocument,
  JobContainer,
  PodContainer,
  PodMetadata,
  PodSpecFields,
  ServiceContainer,
  WorkflowPod,
} from "./hook-input";
import { extensionOf, mergeContainer, mergeMetadata, mergeSpec } from "./template-merge";

export interface WorkflowPodArgs {
  readonly line: HookLine;
  readonly runner: HookRunner;
  readonly job: JobContainer;
  /** @default none */
  readonly services?: readonly ServiceContainer[];
  /** Secret that the hook has made from `container.credentials` of the workflow. @default none */
  readonly registrySecret?: string;
  /** @default the pod is the hook's alone */
  readonly template?: HookTemplateDocument;
}

/**
 * The pod that the container hooks create for a job, complete: what they post to the API server on `prepare_job`. Source: `prepare-job.ts`
 * and `createPod` (0.7.0) or `createJobPod` (0.8.1) of runner-container-hooks. Fields that the hooks' Kubernetes client does not know are
 * lost on its way to the API server, but are kept here; {@link hookTemplateProblems} refuses them.
 *
 * @throws Error where the hook does: a port mapping or a command line that cannot be read, a volume outside of the workspace.
 */
export function workflowPod(args: WorkflowPodArgs): WorkflowPod {
  const { line, runner, template } = args;
  const containers = hookContainers(args);
  const base = line === "0.7" ? spec07(runner, containers) : spec08(runner, containers);
  const secret = args.registrySecret === undefined ? {} : { imagePullSecrets: [{ name: args.registrySecret }] };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: mergeMetadata(
      { name: workflowPodName(runner.podName), labels: runnerLabel(runner), annotations: {} },
      template?.metadata,
    ),
    spec: mergeSpec({ ...base, ...secret }, template?.spec),
  };
}

/** `<runner>-workflow`, the runner's name cut so that 63 characters suffice. */
export function workflowPodName(runnerPodName: string): string {
  return `${runnerPodName.slice(0, 63 - "-workflow".length)}-workflow`;
}

/** The label by which hook and controller find what belongs to a runner, to delete it with the runner. */
export function runnerLabel(runner: Pick<HookRunner, "podName">): PodMetadata["labels"] {
  return { "runner-pod": runner.podName };
}

function hookContainers({ line, runner, job, services = [], template }: WorkflowPodArgs): readonly PodContainer[] {
  const containers = [
    mergeContainer(jobContainer(line, runner, job), extensionOf(template, jobContainerName)),
    ...services.map((service) =>
      mergeContainer(serviceContainer(line, service), extensionOf(template, serviceName(service.image))),
    ),
  ];
  return line === "0.7" ? containers : shareMounts(containers);
}

/**
 * The 0.8 line gives all its containers one and the same list of mounts and appends the template's to that list: each of them gets the
 * mounts of `$job` and of every `$<service>`.
 */
function shareMounts(containers: readonly PodContainer[]): readonly PodContainer[] {
  const added = containers.flatMap(({ volumeMounts }) => (volumeMounts ?? []).slice(mounts08.length));
  return containers.map((container) =>
    container.volumeMounts ? { ...container, volumeMounts: [...mounts08, ...added] } : container,
  );
}

function spec07(runner: HookRunner, containers: readonly PodContainer[]): PodSpecFields {
  return { containers, restartPolicy: "Never", ...placement07(runner), volumes: volumes07(runner) };
}

/** The runner's work volume may be mountable on its node alone, so the pod must go there: past the scheduler, or through it. */
export function placement07(runner: HookRunner): Readonly<Record<string, unknown>> {
  if (!runner.useKubeScheduler) return { nodeName: runner.nodeName };
  const terms = [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [runner.nodeName] }] }];
  return {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  };
}

export function volumes07(runner: HookRunner): readonly unknown[] {
  return [{ name: "work", persistentVolumeClaim: { claimName: runner.claimName ?? `${runner.podName}-work` } }];
}

/** Volumes of all pods of the 0.8 line. */
export const volumes08: readonly { readonly name: string; readonly emptyDir: object }[] = [
  { name: "externals", emptyDir: {} },
  { name: "github", emptyDir: {} },
  { name: "work", emptyDir: {} },
];

function spec08(runner: HookRunner, containers: readonly PodContainer[]): PodSpecFields {
  return {
    containers,
    securityContext: { fsGroup: 1001 },
    initContainers: [fsInit(runner)],
    restartPolicy: "Never",
    volumes: volumes08,
  };
}

/** Brings the runner's Node.js into the pod, and makes the folders of the checkout. */
function fsInit(runner: HookRunner): PodContainer {
  const checkout = runner.workspace?.split("/").slice(-2).join("/") ?? "";
  const commands = [
    "mkdir -p /mnt/externals",
    "mkdir -p /mnt/work",
    "mkdir -p /mnt/github",
    "mv /home/runner/externals/* /mnt/externals/",
    ...(checkout === "" ? [] : [`mkdir -p /mnt/work/${checkout}`]),
  ];
  return {
    name: "fs-init",
    image: runner.image,
    command: ["sh", "-c", commands.join(" && ")],
    securityContext: { runAsGroup: 1001, runAsUser: 1001 },
    volumeMounts: [
      { name: "externals", mountPath: "/mnt/externals" },
      { name: "work", mountPath: "/mnt/work" },
      { name: "github", mountPath: "/mnt/github" },
    ],
  };
}
