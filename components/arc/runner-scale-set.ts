import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { PodTemplate, Resources } from "../pod";
import type { ArcControllerRef } from "./arc-controller";
import type { GitHubCa } from "./github-ca";
import { credentialHash, type GitHubCredential, githubSecretData } from "./github-secret";
import type { KubernetesMode } from "./kubernetes-pod";
import { listenerTemplate } from "./listener";
import { scaleSetObjectNames } from "./names";
import { createHookRights, createManagerRights, createServiceAccount, serviceAccountName } from "./scale-set-rights";
import { limitAnnotations, limitIgnoreChanges } from "./schedule/handover";
import { type ScaleSetSpecArgs, scaleSetSpec } from "./scale-set-spec";

export interface RunnerScaleSetArgs {
  /**
   * Controller that serves the set. Pass the component: the set is made after it and deleted before it.
   */
  readonly controller: ArcControllerRef;
  /**
   * Namespace of the set, its runners and its credential; must differ from the controller's. **A change replaces the set: jobs queued
   * meanwhile are lost (actions-runner-controller #4027).**
   */
  readonly namespace: pulumi.Input<string>;
  /** Where the set registers. **A change replaces the set.** */
  readonly githubConfigUrl: string;
  /** Runner group, which must exist. **A change replaces the set.** @default GitHub's group `Default` */
  readonly runnerGroup?: string;
  readonly credential: GitHubCredential;
  /**
   * Authority behind GitHub's certificate, in a ConfigMap of the namespace, for controller and listener; the pod template brings it to the
   * runner. @default GitHub's certificate is publicly trusted
   */
  readonly githubCa?: GitHubCa;
  /** Runners kept idle on top of busy ones (in ARC 0.6: at least so many in all). */
  readonly minRunners: number;
  /** Most runners at a time. */
  readonly maxRunners: number;
  /** Labels besides the name, for ARC releases which know them; sent when the set is created, later changes have no effect (#4424). */
  readonly labels?: readonly string[];
  /** Pod of one runner, for a given service account; see `dindPodTemplate` and `kubernetesPodTemplate`. */
  readonly podTemplate: (serviceAccountName: string) => PodTemplate;
  /** The Kubernetes mode, whose container hooks need rights in the namespace. @default none: runners call no Kubernetes API */
  readonly kubernetesMode?: KubernetesMode;
  /** Secret with registry credentials, in the namespace, for pulling the images of the runner's pod. @default none */
  readonly pullSecret?: string;
  readonly listener: { readonly resources: Resources; readonly imagePullPolicy: string };
  /**
   * A `RunnerSchedule` decides the numbers of runners, so a difference there is no change of this program's; see schedule/handover.ts. The
   * values given here are those the set starts with. @default false
   */
  readonly scheduled?: boolean;
  /** Refuse to delete or replace the set. */
  readonly protect: boolean;
}

/**
 * One runner scale set: an AutoscalingRunnerSet with the objects it needs in its namespace, written without the scale-set chart because
 * the pod template is computed here. **The component's name is the scale-set name**, i.e. the value of `runs-on` in workflows, and part of
 * each URN: renaming it makes a new set and deletes the old one with its queued jobs.
 *
 * ```ts
 * new RunnerScaleSet("runner-base", { controller, namespace: "arc-runners-dind", githubConfigUrl, credential, minRunners: 1, ... });
 * ```
 *
 * **Rotation of the credential.** No ARC release watches the Secret: 0.6.1 copies it into the listener's configuration once and never
 * again, and 0.14.2 notices a change only at the next reconcile, if any. An annotation does not help either, since 0.6.1 re-creates
 * nothing for it. Therefore the Secret's *name* carries a hash of its content. A new credential makes a new Secret, then changes
 * `spec.githubConfigSecret`, for which every release re-creates listener and idle runners, then deletes the old Secret. The hash appears
 * in `metadata.name` only; the resource's URN does not change.
 *
 * **Deletion.** The set goes first and the provider waits for its finalizer, through which the controller deregisters it at GitHub; for
 * that it needs the credential and the manager role, so the set depends on both and on the controller.
 */
export class RunnerScaleSet extends pulumi.ComponentResource {
  /** Value for `runs-on`. */
  public readonly scaleSetName: pulumi.Output<string>;
  public readonly namespace: pulumi.Output<string>;
  public readonly nodes: {
    readonly secret: k8s.core.v1.Secret;
    readonly serviceAccount: k8s.core.v1.ServiceAccount;
    readonly hookRole?: k8s.rbac.v1.Role;
    readonly hookRoleBinding?: k8s.rbac.v1.RoleBinding;
    readonly managerRole: k8s.rbac.v1.Role;
    readonly managerRoleBinding: k8s.rbac.v1.RoleBinding;
    readonly podTemplate: k8s.core.v1.PodTemplate;
    readonly scaleSet: k8s.apiextensions.CustomResource;
  };

  public constructor(name: string, args: RunnerScaleSetArgs, opts?: pulumi.ComponentResourceOptions) {
    const summary = { githubConfigUrl: args.githubConfigUrl, minRunners: args.minRunners, maxRunners: args.maxRunners };
    super("runner-platform:index:RunnerScaleSet", name, summary, opts);

    const secret = createSecret(this, name, args);
    const serviceAccount = createServiceAccount(this, name, args);
    const hook = args.kubernetesMode && createHookRights(this, name, args, args.kubernetesMode, serviceAccount);
    const { managerRole, managerRoleBinding } = createManagerRights(this, name, args);
    const template = args.podTemplate(serviceAccountName(name, args));
    const podTemplate = createPodTemplate(this, name, args, template);
    const scaleSet = createScaleSet(
      this,
      name,
      args,
      {
        release: args.controller.release,
        githubConfigUrl: args.githubConfigUrl,
        runnerScaleSetName: name,
        minRunners: args.minRunners,
        maxRunners: args.maxRunners,
        ...(args.runnerGroup !== undefined && { runnerGroup: args.runnerGroup }),
        ...(args.githubCa && { githubCa: args.githubCa }),
        ...(args.labels && { labels: args.labels }),
        template,
        listenerTemplate: listenerTemplate(args.listener.resources, args.listener.imagePullPolicy),
      },
      secret,
      [
        ...[args.controller.resource, secret, serviceAccount, managerRole, managerRoleBinding, podTemplate],
        ...(hook ? [hook.hookRole, hook.hookRoleBinding] : []),
      ],
    );

    this.scaleSetName = pulumi.output(name);
    this.namespace = pulumi.output(args.namespace);
    this.nodes = { secret, serviceAccount, ...hook, managerRole, managerRoleBinding, podTemplate, scaleSet };
    this.registerOutputs({ scaleSetName: this.scaleSetName, namespace: this.namespace });
  }
}

function createSecret(parent: RunnerScaleSet, name: string, args: RunnerScaleSetArgs): k8s.core.v1.Secret {
  const data = githubSecretData(args.credential);
  // A truncated keyed hash tells nothing about the credential, and object names cannot be secret anyway.
  const hash = pulumi.unsecret(data.apply((plain) => credentialHash(name, plain)));
  return new k8s.core.v1.Secret(
    `${name}-github-secret`,
    {
      metadata: { name: hash.apply(scaleSetObjectNames(name).githubSecret), namespace: args.namespace },
      type: "Opaque",
      stringData: data,
    },
    { parent },
  );
}

/**
 * The runner's pod as a core/v1 PodTemplate, which nothing uses: it is there because the API server checks it in full, at preview already.
 * The scale set's own definition declares the types of a pod's fields but not their rules, so that a negative port, a mount without its
 * volume or a start-up probe in the wrong place would be accepted there, and every runner refused later.
 */
function createPodTemplate(
  parent: RunnerScaleSet,
  name: string,
  args: RunnerScaleSetArgs,
  template: PodTemplate,
): k8s.core.v1.PodTemplate {
  return new k8s.core.v1.PodTemplate(
    `${name}-pod-template`,
    {
      metadata: { name, namespace: args.namespace },
      // Plain data of our own types; the SDK's types are mutable and wrap every field in Input.
      template: template as unknown as k8s.types.input.core.v1.PodTemplateSpec,
    },
    { parent },
  );
}

function createScaleSet(
  parent: RunnerScaleSet,
  name: string,
  args: RunnerScaleSetArgs,
  spec: ScaleSetSpecArgs,
  secret: k8s.core.v1.Secret,
  dependsOn: pulumi.Resource[],
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(
    `${name}-scale-set`,
    {
      apiVersion: "actions.github.com/v1alpha1",
      kind: "AutoscalingRunnerSet",
      metadata: {
        name,
        namespace: args.namespace,
        annotations: limitAnnotations(args.scheduled === true),
        labels: {
          "app.kubernetes.io/name": name,
          "app.kubernetes.io/part-of": "gha-rs",
          "app.kubernetes.io/component": "autoscaling-runner-set",
          // The controller deletes sets whose label does not match its own version; see `matchesController`.
          "app.kubernetes.io/version": args.controller.release.version,
        },
      },
      spec: { ...scaleSetSpec(spec), githubConfigSecret: secret.metadata.name },
    },
    {
      parent,
      dependsOn,
      protect: args.protect,
      ignoreChanges: limitIgnoreChanges(args.scheduled === true),
      // In place, the set would stay registered where it was; a replacement shows what it is, and `protect` refuses it.
      replaceOnChanges: ["spec.githubConfigUrl", "spec.runnerGroup", "spec.runnerScaleSetName"],
      deleteBeforeReplace: true,
      customTimeouts: { delete: "10m" },
    },
  );
}
