import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { autoscalerSpec, type LegacyAutoscalerArgs } from "./autoscaler-spec";
import type { LegacyArcControllerRef } from "./legacy-arc-controller";
import { type LegacyRunnerSpecArgs, runnerSetSpec, runnerTemplate } from "./runner-spec";

export type LegacyRunnerKind = "RunnerDeployment" | "RunnerSet";

export interface LegacyRunnerDeploymentArgs extends Omit<LegacyRunnerSpecArgs, "podLabels"> {
  /** Controller that serves the runners: they are made after it and deleted before it. */
  readonly controller: LegacyArcControllerRef;
  /** The namespace which the controller watches. **A change replaces everything.** */
  readonly namespace: pulumi.Input<string>;
  /** **A change replaces the runners.** @default RunnerDeployment */
  readonly kind?: LegacyRunnerKind;
  /** A fixed number of runners, or an autoscaler that sets it; never both, or each update would undo the other's work. */
  readonly scaling:
    | { readonly kind: "fixed"; readonly replicas: number }
    | { readonly kind: "autoscaler"; readonly autoscaler: LegacyAutoscalerArgs };
  /**
   * AWS role that jobs may assume, through the runners' service account. The token is mounted into every container of the pod; containers
   * that a job starts get it only by `-v /var/run/secrets/eks.amazonaws.com:/var/run/secrets/eks.amazonaws.com:ro`. @default none
   */
  readonly irsa?: { readonly roleArn: string; readonly serviceAccountName?: string };
  /** Repeats operations which fail because the controller is only starting; see `retryWhileWebhookStarts`. @default none */
  readonly retry?: pulumi.ErrorHook;
  /** Refuse to delete or replace the runners; on in production. */
  readonly protect: boolean;
}

/**
 * Runners of the older kinds: a RunnerDeployment or RunnerSet, its HorizontalRunnerAutoscaler, and an identity without rights. **The
 * component's name is the object's name**; workflows choose by labels.
 *
 * ```ts
 * new LegacyRunnerDeployment("test-basic-runner", { controller, namespace, scope: { kind: "enterprise", name: "acme" }, docker: "sidecar", ... });
 * ```
 *
 * With an autoscaler `spec.replicas` is not sent: server-side apply then leaves the field to the autoscaler, and neither shows it as drift.
 */
export class LegacyRunnerDeployment extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly serviceAccount: k8s.core.v1.ServiceAccount;
    readonly runners: k8s.apiextensions.CustomResource;
    readonly autoscaler?: k8s.apiextensions.CustomResource;
  };

  public constructor(name: string, args: LegacyRunnerDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    const kind = args.kind ?? "RunnerDeployment";
    super("runner-platform:index:LegacyRunnerDeployment", name, { kind, scope: args.scope, docker: args.docker }, opts);

    const serviceAccount = createServiceAccount(this, name, args);
    const runners = createRunners(this, name, kind, args, serviceAccount);
    const autoscaler =
      args.scaling.kind === "autoscaler"
        ? createAutoscaler(this, name, kind, args, args.scaling.autoscaler, runners)
        : undefined;

    this.nodes = { serviceAccount, runners, ...(autoscaler && { autoscaler }) };
    this.registerOutputs({});
  }
}

const apiVersion = "actions.summerwind.dev/v1alpha1";

/** Runners call no Kubernetes API. Its token is not mounted; that of AWS is another one, which EKS adds by the annotation. */
function createServiceAccount(
  parent: LegacyRunnerDeployment,
  name: string,
  args: LegacyRunnerDeploymentArgs,
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    {
      metadata: {
        name: serviceAccountName(name, args),
        namespace: args.namespace,
        ...(args.irsa && { annotations: { "eks.amazonaws.com/role-arn": args.irsa.roleArn } }),
      },
      automountServiceAccountToken: false,
    },
    { parent },
  );
}

function serviceAccountName(name: string, { irsa }: LegacyRunnerDeploymentArgs): string {
  return irsa?.serviceAccountName ?? name;
}

function createRunners(
  parent: LegacyRunnerDeployment,
  name: string,
  kind: LegacyRunnerKind,
  args: LegacyRunnerDeploymentArgs,
  serviceAccount: k8s.core.v1.ServiceAccount,
): k8s.apiextensions.CustomResource {
  const spec = { ...args, podLabels: { "runner-platform/runner-deployment": name } };
  const account = serviceAccountName(name, args);
  const replicas = args.scaling.kind === "fixed" ? { replicas: args.scaling.replicas } : {};
  return new k8s.apiextensions.CustomResource(
    `${name}-runners`,
    {
      apiVersion,
      kind,
      metadata: { name, namespace: args.namespace },
      spec:
        kind === "RunnerSet"
          ? { ...replicas, ...runnerSetSpec(name, spec, account) }
          : { ...replicas, template: runnerTemplate(spec, account) },
    },
    {
      parent,
      dependsOn: [...args.controller.ready, serviceAccount],
      protect: args.protect,
      ...(args.retry && { hooks: { onError: [args.retry] } }),
      deleteBeforeReplace: true,
      // Each runner has a finalizer, through which the controller deregisters it; a busy one is waited for.
      customTimeouts: { delete: "10m" },
    },
  );
}

function createAutoscaler(
  parent: LegacyRunnerDeployment,
  name: string,
  kind: LegacyRunnerKind,
  args: LegacyRunnerDeploymentArgs,
  autoscaler: LegacyAutoscalerArgs,
  runners: k8s.apiextensions.CustomResource,
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(
    `${name}-autoscaler`,
    {
      apiVersion,
      kind: "HorizontalRunnerAutoscaler",
      metadata: { name: `${name}-autoscaler`, namespace: args.namespace },
      spec: autoscalerSpec(kind, name, autoscaler),
    },
    { parent, dependsOn: [runners] },
  );
}
