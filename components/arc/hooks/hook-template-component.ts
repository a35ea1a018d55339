import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { hookTemplateKey, type KubernetesMode } from "../kubernetes-pod";
import type { HookTemplateDocument } from "./hook-input";
import { hookConfigMapName } from "./hook-template";
import { hookTemplateYaml } from "./hook-template-yaml";
import { sampleWorkflowPod } from "./sample-pod";

export { hookConfigMapName } from "./hook-template";

export interface HookTemplateArgs {
  /** Namespace of the scale set, where runners read the template and its jobs' pods are made. */
  readonly namespace: pulumi.Input<string>;
  /** The scale set's name, from which the names of the objects derive; see {@link hookConfigMapName}. */
  readonly setName: string;
  /** The template; see `hookTemplate`. */
  readonly document: HookTemplateDocument;
  /** Of the scale set: it decides which line of the hooks reads the template. */
  readonly mode: KubernetesMode;
  /** Image of the runner, which the hooks of mode `kubernetes-novolume` put into the job's pod. */
  readonly runnerImage: string;
  /** Image of the job in the pod that is checked. @default a name that stands for any image */
  readonly sampleImage?: string;
}

/**
 * The hook template of one scale set: a ConfigMap that its runners mount, and the pod that comes out of it, for the API server to check.
 *
 * ```ts
 * new HookTemplate("runner-gpu-hook", { namespace: "arc-runners-kubernetes", setName: "runner-gpu", document, mode: "kubernetes", runnerImage });
 * ```
 *
 * **A change reaches runners that start after it**, because a file mounted by `subPath` is never refreshed. The runner's pod template carries
 * the template's hash (`KubernetesPodArgs.hookTemplateHash`), so that ARC replaces idle runners.
 */
export class HookTemplate extends pulumi.ComponentResource {
  /** Name of the ConfigMap. */
  public readonly configMapName: pulumi.Output<string>;
  public readonly nodes: { readonly configMap: k8s.core.v1.ConfigMap; readonly podTemplate: k8s.core.v1.PodTemplate };

  public constructor(name: string, args: HookTemplateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:HookTemplate", name, { setName: args.setName, mode: args.mode }, opts);

    const podTemplate = createPodTemplate(this, name, args);
    const configMap = createConfigMap(this, name, args, podTemplate);

    this.configMapName = configMap.metadata.name;
    this.nodes = { configMap, podTemplate };
    this.registerOutputs({ configMapName: this.configMapName });
  }
}

/** Made after the pod template, so that a template which the API server refuses never reaches a runner. */
function createConfigMap(
  parent: HookTemplate,
  name: string,
  args: HookTemplateArgs,
  podTemplate: k8s.core.v1.PodTemplate,
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    `${name}-config-map`,
    {
      metadata: { name: hookConfigMapName(args.setName), namespace: args.namespace },
      data: { [hookTemplateKey]: hookTemplateYaml(args.document) },
    },
    { parent, dependsOn: [podTemplate] },
  );
}

/**
 * A job's pod as a core/v1 PodTemplate, which nothing uses: the API server checks it in full, at preview already, while a ConfigMap may hold
 * any text, and a mistake in it would be found by the first job.
 */
function createPodTemplate(parent: HookTemplate, name: string, args: HookTemplateArgs): k8s.core.v1.PodTemplate {
  const { metadata, spec } = sampleWorkflowPod(args.mode, args.document, args.runnerImage, args.sampleImage);
  const { labels, annotations } = metadata;
  return new k8s.core.v1.PodTemplate(
    `${name}-pod-template`,
    {
      metadata: { name: hookConfigMapName(args.setName), namespace: args.namespace },
      // Plain data of our own types; the SDK's types are mutable and wrap every field in Input.
      template: { metadata: { labels, annotations }, spec: spec as unknown as k8s.types.input.core.v1.PodSpec },
    },
    { parent },
  );
}
