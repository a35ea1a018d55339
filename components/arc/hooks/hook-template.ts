import type { PodTemplate, Resources, Toleration } from "../../pod";
import { overlayPod, type PodTemplateOverlay } from "../../pod-overlay";
import { type GitHubCa, jobGithubCaParts } from "../github-ca";
import { undisturbed } from "../undisturbed";
import { type Cache, cacheParts, podNameVariable } from "./caches";
import type { HookTemplateDocument } from "./hook-input";
import { jobCaParts, type JobRegistryCa } from "./registry-ca";

export interface HookTemplateArgs {
  /** Labels of the jobs' pods. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Added to the annotations that keep node autoscalers away. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of the job's container; nothing of the runner's pod reaches it. */
  readonly resources: Resources;
  /** Device that each job gets, by its name in the Kubernetes API, e.g. `nvidia.com/gpu`. @default none */
  readonly device?: { readonly resource: string; readonly count: number };
  /** Variables of the job's container; they win over those of the workflow. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** @default none */
  readonly caches?: readonly Cache[];
  /** @default any node, or in mode `kubernetes` the runner's */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** @default none */
  readonly tolerations?: readonly Toleration[];
  /** Certificate authority of a registry or of other servers inside the company. @default none */
  readonly registryCa?: JobRegistryCa;
  /** Of the GitHub Enterprise Server at `origin`, whose certificate is not publicly trusted. @default none */
  readonly githubCa?: { readonly ca: GitHubCa; readonly origin: string };
  /**
   * Secrets for pulling the images of jobs. **Caution: they replace the Secret that the hook makes from `container.credentials` of a
   * workflow**, so with them no workflow can bring its own. Give them to the pods' ServiceAccount instead, which adds them only to pods that
   * name none. @default those of the workflow, else those of the ServiceAccount
   */
  readonly imagePullSecrets?: readonly string[];
  /** Identity of the jobs' pods; never the runner's. @default the namespace's `default` */
  readonly serviceAccountName?: string;
  /** Whether jobs get that identity's token. @default false */
  readonly automountServiceAccountToken?: boolean;
  /** Laid over the computed template at the end, see {@link overlayPod}. @default nothing */
  readonly template?: PodTemplateOverlay;
}

/**
 * The hook template of a scale set (`worker-podspec.yaml`): what the container hooks lay over the pod they make for a job. `$job` stands for
 * the job's container. See {@link workflowPod} for the pod that comes out, and `hookTemplateProblems` for what must not be in a template.
 */
export function hookTemplate(args: HookTemplateArgs): HookTemplateDocument {
  // The overlay works on any part of a pod template; its type names the whole.
  const computed = computedTemplate(args) as unknown as PodTemplate;
  return overlayPod(computed, args.template) as unknown as HookTemplateDocument;
}

function computedTemplate(args: HookTemplateArgs): HookTemplateDocument {
  const { nodeSelector, tolerations, imagePullSecrets, serviceAccountName } = args;
  const caches = cacheParts(args.caches ?? []);
  const ca = jobCaParts(args.registryCa);
  const github = jobGithubCaParts(args.githubCa?.ca, args.githubCa?.origin ?? "");
  const env = [
    ...Object.entries(args.env ?? {}).map(([name, value]) => ({ name, value })),
    ...(caches.needsPodName ? [podNameVariable] : []),
    ...caches.env,
    // Node.js reads one file. Without GitHub's authority not even a checkout works, so that one goes before a registry's.
    ...(args.githubCa ? github.env.filter(({ name }) => !isGiven(name, args.env)) : ca.env),
  ];
  const volumeMounts = [...caches.volumeMounts, ...ca.volumeMounts, ...github.volumeMounts];
  const volumes = [...caches.volumes, ...ca.volumes, ...github.volumes];
  return {
    metadata: {
      ...(args.labels && { labels: args.labels }),
      annotations: { ...undisturbed, ...args.annotations },
    },
    spec: {
      automountServiceAccountToken: args.automountServiceAccountToken ?? false,
      ...(serviceAccountName !== undefined && { serviceAccountName }),
      ...(nodeSelector && { nodeSelector }),
      ...(tolerations && { tolerations }),
      ...(imagePullSecrets && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
      containers: [
        {
          name: "$job",
          resources: jobResources(args),
          ...(env.length > 0 && { env }),
          ...(volumeMounts.length > 0 && { volumeMounts }),
        },
      ],
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

/** Whether the settings give a variable themselves; those of git's configuration belong together. */
function isGiven(name: string, env: HookTemplateArgs["env"] = {}): boolean {
  return name in env || (name.startsWith("GIT_CONFIG_") && "GIT_CONFIG_COUNT" in env);
}

/** Devices are neither shared nor overcommitted, so Kubernetes wants request and limit to be the same. */
function jobResources({ resources, device }: HookTemplateArgs): Resources {
  if (!device) return resources;
  const devices = { [device.resource]: String(device.count) };
  return { requests: { ...resources.requests, ...devices }, limits: { ...resources.limits, ...devices } };
}

/** Name of the ConfigMap with a set's hook template: `arc-hook-gpu` for `runner-gpu`. */
export function hookConfigMapName(setName: string): string {
  return `arc-hook-${setName.replace(/^runner-(?=.)/, "")}`;
}
