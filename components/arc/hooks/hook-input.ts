/**
 * What the container hooks are given and what they make of it, as plain data. Names are those of runner-container-hooks and of the Kubernetes
 * API. These files, up to `step-pod.ts`, import nothing but each other, so that they can be bundled into a hook program.
 */

/**
 * The two lines of the hooks in use, which are two programs in effect: 0.7 shares the runner's work volume with the job's pod, 0.8 copies
 * files there. The runner image holds the first in `/home/runner/k8s` and the second in `/home/runner/k8s-novolume`.
 */
export type HookLine = "0.7" | "0.8";

/** A volume that a workflow asks for under `container.volumes`. */
export interface UserMount {
  readonly sourceVolumePath: string;
  readonly targetVolumePath: string;
  readonly readOnly?: boolean;
}

/** A container as the runner describes it to the hook; it may say `null` for what is not given. */
export interface HookContainer {
  readonly image: string;
  readonly entryPoint?: string | null;
  readonly entryPointArgs?: readonly string[] | null;
  readonly workingDirectory?: string | null;
  readonly environmentVariables?: Readonly<Record<string, string | null>> | null;
  /** `CONTAINER`, `HOST:CONTAINER`, each with `/udp` or `/tcp` behind it or not. */
  readonly portMappings?: readonly string[] | null;
}

/** `args.container` of the command `prepare_job`. */
export interface JobContainer extends HookContainer {
  readonly userMountVolumes?: readonly UserMount[] | null;
}

/** One of `args.services` of the command `prepare_job`. */
export type ServiceContainer = HookContainer;

/** What the hook knows of the runner it belongs to: its environment variables and its own pod. */
export interface HookRunner {
  /** `ACTIONS_RUNNER_POD_NAME`. */
  readonly podName: string;
  /** Node of the runner's pod; read by the 0.7 line alone. */
  readonly nodeName: string;
  /** `ACTIONS_RUNNER_CLAIM_NAME`; read by the 0.7 line alone. @default `<podName>-work`, the claim of an ephemeral volume named `work` */
  readonly claimName?: string;
  /** `ACTIONS_RUNNER_USE_KUBE_SCHEDULER`; read by the 0.7 line alone. */
  readonly useKubeScheduler: boolean;
  /** `ACTIONS_RUNNER_IMAGE`: image of the 0.8 line's init container. */
  readonly image: string;
  /** `GITHUB_WORKSPACE`: the folder of the job's checkout, as the runner sees it. */
  readonly workspace?: string;
}

/** A container of a hook template. Its name says what it is: `$job`, `$<service>`, or any other for a side-car. */
export interface TemplateContainer {
  readonly name?: string;
  readonly env?: readonly unknown[] | null;
  readonly volumeMounts?: readonly unknown[] | null;
  readonly ports?: readonly unknown[] | null;
  readonly [field: string]: unknown;
}

/** The document that the hook reads from `ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE`: a part of a PodTemplateSpec. */
export interface HookTemplateDocument {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly containers?: readonly TemplateContainer[];
    readonly volumes?: readonly unknown[] | null;
    readonly [field: string]: unknown;
  };
}

/** A container of a pod that the hook creates. */
export interface PodContainer {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly unknown[];
  readonly volumeMounts?: readonly unknown[] | null;
  readonly ports?: readonly unknown[] | null;
  readonly [field: string]: unknown;
}

export interface PodMetadata {
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PodSpecFields {
  /** Those of the hook first, then the template's side-cars. */
  readonly containers: readonly (PodContainer | TemplateContainer)[];
  readonly volumes?: readonly unknown[] | null;
  readonly [field: string]: unknown;
}

/** A pod as the hook posts it. */
export interface WorkflowPod {
  readonly apiVersion: "v1";
  readonly kind: "Pod";
  readonly metadata: PodMetadata & { readonly name: string };
  readonly spec: PodSpecFields;
}
