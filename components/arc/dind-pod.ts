import type { Container, PodTemplate, Resources, Toleration, Volume, VolumeMount } from "../pod";
import { type GitHubCa, githubCaParts } from "./github-ca";
import { undisturbed } from "./undisturbed";

/**
 * How the Docker daemon runs in the pod:
 * - `sidecar`: a native side-car, i.e. an init container with `restartPolicy: Always`, with a start-up probe; the runner starts only when
 *   the daemon answers. Kubernetes 1.29 and an ARC release whose CRD knows the field are needed.
 * - `container`: an ordinary container beside the runner, the form of ARC before 0.12. Valid everywhere; the runner itself waits.
 */
export type DindForm = "sidecar" | "container";

/** A certificate authority, e.g. of a Harbor registry, given to daemon and runner. */
export interface RegistryCa {
  /** ConfigMap with the key `ca.crt`. The pod starts without it too (optional volume). */
  readonly configMap: string;
  /** `host[:port]` of the registry. With it the daemon trusts the authority for that registry. */
  readonly host?: string;
}

export interface DindPodArgs {
  readonly form: DindForm;
  readonly runnerImage: string;
  readonly dindImage: string;
  readonly imagePullPolicy: string;
  readonly serviceAccountName: string;
  readonly resources: { readonly runner: Resources; readonly dind: Resources; readonly init: Resources };
  /** Seconds the runner waits for the daemon before it takes a job. */
  readonly waitForDockerSeconds: number;
  /** Group that owns the socket: `docker` in the runner image. */
  readonly dockerGroupId: number;
  /** Upper bound of the `work` volume; the pod is evicted beyond it. @default no bound */
  readonly workSizeLimit?: string;
  /** @default none */
  readonly registryCa?: RegistryCa;
  /** Of a GitHub Enterprise Server whose certificate is not publicly trusted. @default none */
  readonly githubCa?: GitHubCa;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly labels?: Readonly<Record<string, string>>;
}

const work: VolumeMount = { name: "work", mountPath: "/home/runner/_work" };
const externals: VolumeMount = { name: "dind-externals", mountPath: "/home/runner/externals" };

/**
 * The pod template of a scale set whose jobs use the Docker CLI. It follows what ARC's scale-set chart renders for `containerMode: dind`
 * (0.14.2 for `sidecar`, 0.6.1 for `container`) and is written out because the chart lets nobody change the daemon's container: image,
 * resources and certificate authorities have to be ours.
 *
 * The Docker daemon is privileged, hence root on its node: such pods need a namespace and better nodes of their own.
 */
export function dindPodTemplate(args: DindPodArgs): PodTemplate {
  // /var/run is a link to /run in the runner image, so mounting over /var/run hides files there; ARC changed the directory in 0.9.
  const socketDirectory = args.form === "sidecar" ? "/var/run" : "/run/docker";
  const dind = daemonContainer(args, socketDirectory);
  const init = externalsContainer(args);
  const runner = runnerContainer(args, socketDirectory);
  return {
    metadata: {
      ...(args.labels && { labels: args.labels }),
      annotations: { ...undisturbed, ...githubCaParts(args.githubCa, "system").annotations },
    },
    spec: {
      restartPolicy: "Never",
      serviceAccountName: args.serviceAccountName,
      automountServiceAccountToken: false,
      ...(args.nodeSelector && { nodeSelector: args.nodeSelector }),
      ...(args.tolerations && { tolerations: args.tolerations }),
      initContainers: args.form === "sidecar" ? [init, asSidecar(dind)] : [init],
      containers: args.form === "sidecar" ? [runner] : [runner, dind],
      volumes: volumes(args),
    },
  };
}

/** Copies the runner's bundled Node versions to where the daemon's containers can mount them: JavaScript actions need them there. */
function externalsContainer(args: DindPodArgs): Container {
  return {
    name: "init-dind-externals",
    image: args.runnerImage,
    imagePullPolicy: args.imagePullPolicy,
    command: ["cp"],
    args: ["-r", "/home/runner/externals/.", "/home/runner/tmpDir/"],
    volumeMounts: [{ name: externals.name, mountPath: "/home/runner/tmpDir" }],
    resources: args.resources.init,
  };
}

function daemonContainer(args: DindPodArgs, socketDirectory: string): Container {
  return {
    name: "dind",
    image: args.dindImage,
    imagePullPolicy: args.imagePullPolicy,
    args: ["dockerd", `--host=unix://${socketDirectory}/docker.sock`, "--group=$(DOCKER_GROUP_GID)"],
    env: [{ name: "DOCKER_GROUP_GID", value: String(args.dockerGroupId) }],
    securityContext: { privileged: true },
    volumeMounts: [
      work,
      { name: "dind-sock", mountPath: socketDirectory },
      externals,
      ...daemonCaMounts(args.registryCa),
    ],
    resources: args.resources.dind,
  };
}

function asSidecar(daemon: Container): Container {
  return {
    ...daemon,
    restartPolicy: "Always",
    // 24 x 5 s = 120 s, the time that ARC grants the daemon.
    startupProbe: {
      exec: { command: ["docker", "info"] },
      initialDelaySeconds: 0,
      periodSeconds: 5,
      failureThreshold: 24,
    },
  };
}

function runnerContainer(args: DindPodArgs, socketDirectory: string): Container {
  const readOnly = args.form === "container" ? { readOnly: true } : {};
  const github = githubCaParts(args.githubCa, "system");
  return {
    name: "runner",
    image: args.runnerImage,
    imagePullPolicy: args.imagePullPolicy,
    command: ["/home/runner/run.sh"],
    env: [
      { name: "DOCKER_HOST", value: `unix://${socketDirectory}/docker.sock` },
      { name: "RUNNER_WAIT_FOR_DOCKER_IN_SECONDS", value: String(args.waitForDockerSeconds) },
      // Makes run.sh take certificates from the directory below into the system's trust store.
      ...(args.registryCa && !args.githubCa ? [{ name: "RUNNER_UPDATE_CA_CERTS", value: "1" }] : []),
      ...github.env,
    ],
    volumeMounts: [
      work,
      { name: "dind-sock", mountPath: socketDirectory, ...readOnly },
      ...(args.registryCa
        ? [caMount(args.registryCa, `/usr/local/share/ca-certificates/${args.registryCa.configMap}`)]
        : []),
      ...github.volumeMounts,
    ],
    resources: args.resources.runner,
  };
}

/** dockerd trusts `*.crt` below certs.d/HOST for that registry alone. Source: Docker documentation, "Verify repository client with certificates". */
function daemonCaMounts(ca: RegistryCa | undefined): VolumeMount[] {
  return ca?.host === undefined ? [] : [caMount(ca, `/etc/docker/certs.d/${ca.host}`)];
}

function caMount(ca: RegistryCa, mountPath: string): VolumeMount {
  return { name: ca.configMap, mountPath, readOnly: true };
}

function volumes(args: DindPodArgs): Volume[] {
  return [
    { name: "dind-sock", emptyDir: {} },
    { name: "dind-externals", emptyDir: {} },
    { name: "work", emptyDir: args.workSizeLimit === undefined ? {} : { sizeLimit: args.workSizeLimit } },
    ...(args.registryCa
      ? [{ name: args.registryCa.configMap, configMap: { name: args.registryCa.configMap, optional: true } }]
      : []),
    ...githubCaParts(args.githubCa, "system").volumes,
  ];
}
