import { createHash } from "node:crypto";

import type { ScaleSetSettings, Settings } from "../stacks/settings";
import type { HookTemplateDocument } from "./arc/hooks/hook-input";
import { hookTemplate } from "./arc/hooks/hook-template";
import { hookTemplateYaml } from "./arc/hooks/hook-template-yaml";
import { sampleWorkflowPod } from "./arc/hooks/sample-pod";
import type { KubernetesMode } from "./arc/kubernetes-pod";
import { scaleSetLabel } from "./arc/names";
import { githubCaOf } from "./github-ca";
import { imageReference } from "./image";
import { awsRoleOf, jobServiceAccount } from "./job-account";
import type { CountedPod } from "./namespace/quota";
import { placement } from "./placement";

/** Name of the ServiceAccount of jobs' pods in each namespace: it has no rights, and its token is not mounted. */
export const workflowServiceAccount = "workflow";

/** The settings that hook templates are made from, besides those of their sets. */
export type HookTemplateSettings = Pick<Settings, "aws" | "caches" | "github" | "pools" | "registry">;

/** A hook template with what one must know to tell which pod the hooks will make of it. */
export interface SetHookTemplate {
  readonly document: HookTemplateDocument;
  readonly mode: KubernetesMode;
  readonly runnerImage: string;
}

/**
 * The hook template of a scale set whose jobs run in pods of their own. Nothing of the runner's pod reaches the job's pod by itself, so
 * placement, labels and caches are all said again here.
 */
export function hookTemplateOf(
  name: string,
  set: ScaleSetSettings,
  { aws, caches, github, pools, registry }: HookTemplateSettings,
): HookTemplateDocument {
  const device = pools[set.pool]?.device;
  const { job } = set;
  const { ca } = registry;
  const githubCa = githubCaOf(github);
  return hookTemplate({
    labels: { [scaleSetLabel]: name },
    resources: job.resources,
    ...(device && { device: { resource: device.resource, count: job.devices ?? 1 } }),
    ...(job.env && { env: job.env }),
    caches: job.caches.flatMap((cache) => {
      const found = caches[cache];
      return found ? [{ name: cache, ...found }] : [];
    }),
    ...placement(set, pools),
    ...(ca && { registryCa: { configMap: ca.configMap, ...(ca.host !== undefined && { host: ca.host }) } }),
    ...(githubCa && { githubCa: { ca: githubCa, origin: new URL(github.configUrl).origin } }),
    serviceAccountName: serviceAccountOf(set, aws),
    ...(job.template && { template: job.template }),
  });
}

/** The account that the role of a set's jobs hangs on, else the one without any rights. EKS brings the credentials into the pod by it. */
function serviceAccountOf(set: ScaleSetSettings, aws: Settings["aws"]): string {
  const name = awsRoleOf(set);
  const role = name === undefined ? undefined : aws?.jobRoles[name];
  return name !== undefined && role ? jobServiceAccount(name, role) : workflowServiceAccount;
}

/** Changes whenever the text of a set's hook template does. */
export function hookTemplateHash(name: string, set: ScaleSetSettings, settings: HookTemplateSettings): string {
  const text = hookTemplateYaml(hookTemplateOf(name, set, settings));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The hook templates of all sets in the Kubernetes modes, by set. */
export function hookTemplatesOf(settings: Settings): ReadonlyMap<string, SetHookTemplate> {
  const { images } = settings;
  const templates = Object.entries(settings.scaleSets).flatMap(([name, set]) => {
    if (set.mode === "dind") return [];
    const template: SetHookTemplate = {
      document: hookTemplateOf(name, set, settings),
      mode: set.mode,
      runnerImage: imageReference(images.runner, images.mirror),
    };
    return [[name, template] as const];
  });
  return new Map(templates);
}

/**
 * The spec of the pod that a job gets, as far as quotas look at it. Settings have been checked, so every container has a name.
 *
 * @throws Error for a set in mode `dind`, whose jobs have no pod of their own.
 */
export function workflowPodSpec(name: string, set: ScaleSetSettings, settings: HookTemplateSettings): CountedPod {
  if (set.mode === "dind") throw new Error(`jobs of ${name} have no pod of their own`);
  const pod = sampleWorkflowPod(set.mode, hookTemplateOf(name, set, settings), "registry.invalid/runner:1");
  return pod.spec as unknown as CountedPod;
}
