import { type GitHubCa, githubCaInStore, githubCaParts } from "../arc/github-ca";
import { undisturbed } from "../arc/undisturbed";
import type { EnvVar, Resources, Toleration, VolumeMount } from "../pod";

/** Whose jobs the runners take. */
export interface LegacyScope {
  readonly kind: "repository" | "organization" | "enterprise";
  /** `OWNER/REPOSITORY` for a repository, a plain name otherwise. */
  readonly name: string;
}

/**
 * Where a job's `docker` commands go:
 * - `sidecar`: to a daemon in a second container, `docker`. The default of these kinds.
 * - `inRunner`: to a daemon in the runner's own container, whose image must bring it; then the container is privileged.
 * - `none`: nowhere; no container is privileged.
 */
export type LegacyDocker = "sidecar" | "inRunner" | "none";

export interface LegacyGpu {
  /** Devices that each runner gets for itself. */
  readonly perRunner: number;
  /** @default nvidia.com/gpu */
  readonly resource?: string;
  /** What of the driver is made visible. @default compute,utility */
  readonly driverCapabilities?: string;
}

export interface LegacyRunnerSpecArgs {
  readonly scope: LegacyScope;
  /** Runner group, which must exist. @default GitHub's group `Default` */
  readonly group?: string;
  /** Besides `self-hosted`, the system and the architecture, which the runner adds. */
  readonly labels?: readonly string[];
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly docker: LegacyDocker;
  /** One `/tmp` for steps and for containers that they start; only with `sidecar`. */
  readonly sharedTmp?: boolean;
  /** Group that may read the token of IRSA. @default none */
  readonly fsGroup?: number;
  readonly gpu?: LegacyGpu;
  readonly resources: Resources;
  /** Of the daemon; only with `sidecar`. */
  readonly dockerResources?: Resources;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly env?: Readonly<Record<string, string>>;
  /** Authority behind GitHub's certificate, in a ConfigMap of the runners' namespace. @default none */
  readonly githubCa?: GitHubCa;
  readonly podLabels: Readonly<Record<string, string>>;
}

/** Template of a RunnerDeployment (`spec.template`), without what is known only together with other resources. */
export function runnerTemplate(args: LegacyRunnerSpecArgs, serviceAccountName: string): Record<string, unknown> {
  const { runner, docker } = containers(args);
  return {
    metadata: { labels: args.podLabels, annotations: annotationsOf(args) },
    spec: {
      ...registration(args),
      imagePullPolicy: args.imagePullPolicy,
      ...podPart(args, serviceAccountName),
      resources: runner.resources,
      ...(runner.env && { env: runner.env }),
      ...(runner.volumeMounts && { volumeMounts: runner.volumeMounts }),
      ...(docker.resources && { dockerdContainerResources: docker.resources }),
      ...(docker.env && { dockerEnv: docker.env }),
      ...(docker.volumeMounts && { dockerVolumeMounts: docker.volumeMounts }),
    },
  };
}

/**
 * `spec` of a RunnerSet without replicas: the same runners as pods of a StatefulSet. What the RunnerDeployment calls `env`, `resources` and
 * so on belongs to containers named `runner` and `docker` here, which the controller completes.
 */
export function runnerSetSpec(
  name: string,
  args: LegacyRunnerSpecArgs,
  serviceAccountName: string,
): Record<string, unknown> {
  const { runner, docker } = containers(args);
  const labels = { ...args.podLabels, app: name };
  return {
    ...registration(args),
    // Required by the custom resource; nothing calls runners, so no Service of this name is made.
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels, annotations: annotationsOf(args) },
      spec: {
        ...podPart(args, serviceAccountName),
        containers: [
          { name: "runner", imagePullPolicy: args.imagePullPolicy, ...runner },
          ...(args.docker === "sidecar" ? [{ name: "docker", ...docker }] : []),
        ],
      },
    },
  };
}

/** A changed authority gives new runners. */
function annotationsOf({ githubCa }: LegacyRunnerSpecArgs): Record<string, string> {
  return { ...undisturbed, ...githubCaParts(githubCa, "system").annotations };
}

/** What both kinds say alike about registration and daemon. */
function registration(args: LegacyRunnerSpecArgs): Record<string, unknown> {
  return {
    [args.scope.kind]: args.scope.name,
    ...(args.group !== undefined && { group: args.group }),
    ...(args.labels && args.labels.length > 0 && { labels: args.labels }),
    // Written out although it is the default: a runner that took a second job could carry over what the first left.
    ephemeral: true,
    image: args.image,
    ...(args.docker === "inRunner" && { dockerdWithinRunnerContainer: true }),
    ...(args.docker === "none" && { dockerEnabled: false }),
  };
}

function podPart(args: LegacyRunnerSpecArgs, serviceAccountName: string): Record<string, unknown> {
  const volumes = [
    ...(args.sharedTmp ? [{ name: tmp.name, emptyDir: {} }] : []),
    ...githubCaParts(args.githubCa, "system").volumes,
  ];
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    ...(args.fsGroup !== undefined && { securityContext: { fsGroup: args.fsGroup } }),
    ...(args.nodeSelector && { nodeSelector: args.nodeSelector }),
    ...(args.tolerations && { tolerations: args.tolerations }),
    ...(volumes.length > 0 && { volumes }),
  };
}

interface ContainerPart {
  readonly resources?: Resources;
  readonly env?: readonly EnvVar[];
  readonly volumeMounts?: readonly VolumeMount[];
}

const tmp: VolumeMount = { name: "tmp", mountPath: "/tmp" };

/**
 * The parts of the two containers. Devices go to the one whose daemon starts the job's containers: they can be passed on from there and
 * from nowhere else. NVIDIA_VISIBLE_DEVICES is left to the device plugin, which names the devices of this pod; `all` would show every one.
 */
function containers(args: LegacyRunnerSpecArgs): { readonly runner: ContainerPart; readonly docker: ContainerPart } {
  const deviceInDocker = args.docker === "sidecar";
  const own = Object.entries(args.env ?? {}).map(([name, value]) => ({ name, value }));
  const driver = args.gpu
    ? [{ name: "NVIDIA_DRIVER_CAPABILITIES", value: args.gpu.driverCapabilities ?? "compute,utility" }]
    : [];
  const github = githubCaParts(args.githubCa, "system");
  const githubEnv = github.env.filter(({ name }) => args.env?.[name] === undefined);
  const runnerEnv = [...(deviceInDocker ? [] : driver), ...githubEnv, ...own];
  const mounts = args.sharedTmp ? [tmp] : [];
  const runnerMounts = [...mounts, ...(args.githubCa ? [...github.volumeMounts, githubCaInStore] : [])];
  return {
    runner: {
      resources: deviceInDocker ? args.resources : withDevices(args.resources, args.gpu),
      ...(runnerEnv.length > 0 && { env: runnerEnv }),
      ...(runnerMounts.length > 0 && { volumeMounts: runnerMounts }),
    },
    docker: {
      ...(args.dockerResources && { resources: withDevices(args.dockerResources, args.gpu) }),
      ...(deviceInDocker && driver.length > 0 && { env: driver }),
      ...(mounts.length > 0 && { volumeMounts: mounts }),
    },
  };
}

/** Device counts must be the same in requests and limits. */
function withDevices(resources: Resources, gpu: LegacyGpu | undefined): Resources {
  if (!gpu) return resources;
  const device = { [gpu.resource ?? "nvidia.com/gpu"]: String(gpu.perRunner) };
  return { requests: { ...resources.requests, ...device }, limits: { ...resources.limits, ...device } };
}
