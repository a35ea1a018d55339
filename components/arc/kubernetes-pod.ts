import type { EnvVar, PodTemplate, Resources, Toleration, TopologySpreadConstraint, Volume, VolumeMount } from "../pod";
import { type GitHubCa, githubCaParts } from "./github-ca";
import { undisturbed } from "./undisturbed";

/** The two modes in which the container hooks make a pod for each job; see {@link kubernetesPodTemplate}. */
export type KubernetesMode = "kubernetes" | "kubernetes-novolume";

export interface KubernetesPodArgs {
  readonly mode: KubernetesMode;
  readonly runnerImage: string;
  readonly imagePullPolicy: string;
  /** Identity with the rights of `hookRules`. */
  readonly serviceAccountName: string;
  /** Of the runner itself, which only talks to GitHub and to the Kubernetes API: the job's own are in the hook template. */
  readonly resources: Resources;
  /** ConfigMap with the hook template, in the runner's namespace. */
  readonly hookConfigMap: string;
  /**
   * Hash of the template. An idle runner keeps the template that it started with, because a file mounted by `subPath` is never refreshed; as an
   * annotation the hash makes ARC replace idle runners when the template changes.
   */
  readonly hookTemplateHash: string;
  /** How long a job's pod may stay pending, in seconds, before the job fails. The hooks' own default is 600. */
  readonly prepareJobTimeoutSeconds: number;
  /** The work volume of mode `kubernetes`. */
  readonly work: { readonly storageClassName: string; readonly size: string };
  /** Of a GitHub Enterprise Server whose certificate is not publicly trusted. @default none */
  readonly githubCa?: GitHubCa;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** Key of the hook template in its ConfigMap. */
export const hookTemplateKey = "worker-podspec.yaml";

const templatePath = `/home/runner/k8s/${hookTemplateKey}`;

/** Where the runner image keeps the hooks: 0.7 shares a volume with the job's pod, 0.8 copies. Source: Dockerfile of actions/runner. */
const hooksPath: Readonly<Record<KubernetesMode, string>> = {
  kubernetes: "/home/runner/k8s/index.js",
  "kubernetes-novolume": "/home/runner/k8s-novolume/index.js",
};

/** User and group `runner` of the runner image. */
const runnerUser = 1001;

/**
 * The pod template of a scale set whose jobs run in pods of their own. It follows what ARC's scale-set chart renders for the container modes
 * `kubernetes` and `kubernetes-novolume` (0.14.2), and adds what the chart leaves to its users: the hook template, scheduling by the
 * scheduler instead of by `nodeName`, and a security context.
 *
 * In mode `kubernetes` the job's pod mounts the runner's work volume, which one node at a time may hold (ReadWriteOnce). The hook therefore
 * ties the job to the runner's node; with `ACTIONS_RUNNER_USE_KUBE_SCHEDULER` it does so by node affinity, so that a job waits for room
 * instead of failing at once on a full node (runner-container-hooks #112). Hence runner and job need the same placement.
 *
 * No step ever runs in this pod: jobs without `container:` are refused, so the runner's token stays out of their reach.
 */
export function kubernetesPodTemplate(args: KubernetesPodArgs): PodTemplate {
  const { nodeSelector, tolerations, topologySpreadConstraints: spread } = args;
  // No privilege may be gained below, so the system's store stays as the image has it.
  const github = githubCaParts(args.githubCa, "process");
  return {
    metadata: {
      ...(args.labels && { labels: args.labels }),
      annotations: { ...undisturbed, "runner-platform/hook-template": args.hookTemplateHash, ...github.annotations },
    },
    spec: {
      restartPolicy: "Never",
      serviceAccountName: args.serviceAccountName,
      automountServiceAccountToken: true,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: runnerUser,
        runAsGroup: runnerUser,
        // Without it a fresh block volume belongs to root, and the runner cannot write to its work folder.
        fsGroup: runnerUser,
        seccompProfile: { type: "RuntimeDefault" },
      },
      ...(nodeSelector && { nodeSelector }),
      ...(tolerations && { tolerations }),
      ...(spread && { topologySpreadConstraints: spread }),
      initContainers: [],
      containers: [
        {
          name: "runner",
          image: args.runnerImage,
          imagePullPolicy: args.imagePullPolicy,
          command: ["/home/runner/run.sh"],
          env: [...environment(args), ...github.env],
          volumeMounts: [...mounts(), ...github.volumeMounts],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          resources: args.resources,
        },
      ],
      volumes: [...volumes(args), ...github.volumes],
    },
  };
}

function environment(args: KubernetesPodArgs): EnvVar[] {
  return [
    { name: "ACTIONS_RUNNER_CONTAINER_HOOKS", value: hooksPath[args.mode] },
    { name: "ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE", value: templatePath },
    { name: "ACTIONS_RUNNER_POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER", value: "true" },
    { name: "ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS", value: String(args.prepareJobTimeoutSeconds) },
    args.mode === "kubernetes"
      ? { name: "ACTIONS_RUNNER_USE_KUBE_SCHEDULER", value: "true" }
      : // The 0.8 line starts an init container from it, which brings the runner's Node.js into the job's pod.
        { name: "ACTIONS_RUNNER_IMAGE", value: args.runnerImage },
  ];
}

function mounts(): VolumeMount[] {
  return [
    { name: "work", mountPath: "/home/runner/_work" },
    { name: "hook-template", mountPath: templatePath, subPath: hookTemplateKey, readOnly: true },
  ];
}

function volumes(args: KubernetesPodArgs): Volume[] {
  const work: Volume =
    args.mode === "kubernetes"
      ? { name: "work", ephemeral: { volumeClaimTemplate: { spec: workClaim(args.work) } } }
      : { name: "work", emptyDir: { sizeLimit: args.work.size } };
  return [work, { name: "hook-template", configMap: { name: args.hookConfigMap } }];
}

function workClaim({ storageClassName, size }: KubernetesPodArgs["work"]) {
  return {
    accessModes: ["ReadWriteOnce"],
    storageClassName,
    resources: { requests: { storage: size } },
  } as const;
}

interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * What the container hooks do in the runner's namespace. They ask for each of these rights before every command and fail if one is
 * missing, so none can be left out. Source: `requiredPermissions` of runner-container-hooks 0.7.0 and 0.8.1.
 */
export function hookRules(mode: KubernetesMode): readonly RoleRule[] {
  const all = ["get", "list", "create", "delete"];
  const jobs = { apiGroups: ["batch"], resources: ["jobs"], verbs: all };
  return [
    { apiGroups: [""], resources: ["pods"], verbs: all },
    { apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["secrets"], verbs: all },
    ...(mode === "kubernetes" ? [jobs] : []),
  ];
}
