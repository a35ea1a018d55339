import type * as pulumi from "@pulumi/pulumi";

import type { LegacyRunnerDeploymentSettings, LegacySettings } from "../../stacks/legacy/schema";
import type { GitHubCa } from "../arc/github-ca";
import type { GitHubCredential } from "../arc/github-secret";
import { imageReference } from "../image";
import { LegacyArcController } from "./legacy-arc-controller";
import { LegacyRunnerDeployment, type LegacyRunnerDeploymentArgs } from "./legacy-runner-deployment";
import { fsGroupOf } from "./runner-image";
import type { LegacyScope } from "./runner-spec";

export interface LegacyArgs {
  readonly settings: LegacySettings;
  readonly credential: GitHubCredential;
  /** Authority behind GitHub's certificate, in a ConfigMap of both namespaces. @default none */
  readonly githubCa?: GitHubCa;
  /** Secret of GitHub's webhook; must be there when the webhook server is enabled. */
  readonly webhookToken?: pulumi.Input<string>;
  /** Prefix for every image. @default none */
  readonly mirror?: string;
  readonly imagePullPolicy: string;
  readonly podMonitors: boolean;
  /** `new pulumi.ErrorHook(NAME, retryWhileWebhookStarts)`. @default a first apply may fail and succeed when repeated */
  readonly retry?: pulumi.ErrorHook;
  /** What must be there before cert-manager can issue the controller's certificate. @default it is in the cluster already */
  readonly certificates?: readonly pulumi.Resource[];
  /** Refuse to delete or replace runners. */
  readonly protect: boolean;
  /** Namespaces of controller and runners, made beforehand; everything waits for all that is in them. */
  readonly namespaces: { readonly controller: LegacyNamespace; readonly runners: LegacyNamespace };
}

/** A namespace with what protects it; see `TrustNamespace`. */
export type LegacyNamespace = pulumi.Resource & { readonly namespace: pulumi.Output<string> };

/** What settings ask for of the older kinds. */
export interface Legacy {
  readonly controller: LegacyArcController;
  readonly runnerDeployments: Readonly<Record<string, LegacyRunnerDeployment>>;
}

/**
 * The older kinds as settings describe them: their controller, and a component for each runner deployment.
 *
 * @param opts parent and provider of all components.
 */
export function createLegacy(args: LegacyArgs, opts: pulumi.ComponentResourceOptions): Legacy {
  const needed = [args.namespaces.controller, ...(args.certificates ?? [])];
  const controller = createController(args, { ...opts, dependsOn: needed });
  const within = { ...opts, dependsOn: [args.namespaces.runners] };
  const runnerDeployments = Object.entries(args.settings.runnerDeployments).map(([name, deployment]) => [
    name,
    new LegacyRunnerDeployment(name, deploymentArgs(args, deployment, controller), within),
  ]);
  return { controller, runnerDeployments: Object.fromEntries(runnerDeployments) as Legacy["runnerDeployments"] };
}

function createController(args: LegacyArgs, opts: pulumi.ComponentResourceOptions): LegacyArcController {
  const { controller, namespaces } = args.settings;
  const { chart, images, certificates, webhookServer } = controller;
  return new LegacyArcController(
    "legacy-arc",
    {
      namespace: args.namespaces.controller.namespace,
      runnerNamespace: namespaces.runners,
      chart: chart.chart,
      ...(chart.repository !== undefined && { chartRepository: chart.repository }),
      ...(chart.version !== undefined && { chartVersion: chart.version }),
      image: imageReference(images.controller, args.mirror),
      runnerImage: imageReference(images.runner, args.mirror),
      dindImage: imageReference(images.dind, args.mirror),
      imagePullPolicy: args.imagePullPolicy,
      replicas: controller.replicas,
      resources: controller.resources,
      syncPeriod: controller.syncPeriod,
      logLevel: controller.logLevel,
      logFormat: controller.logFormat,
      ...(controller.githubEnterpriseServerUrl !== undefined && {
        githubEnterpriseServerUrl: controller.githubEnterpriseServerUrl,
      }),
      ...(controller.githubApiUrl !== undefined && { githubApiUrl: controller.githubApiUrl }),
      ...(controller.runnerGithubUrl !== undefined && { runnerGithubUrl: controller.runnerGithubUrl }),
      ...(certificates !== "cert-manager" && { caBundle: certificates.caBundle }),
      credential: args.credential,
      ...(args.githubCa && { githubCa: args.githubCa }),
      ...(webhookServer.enabled &&
        args.webhookToken !== undefined && {
          webhookServer: {
            replicas: webhookServer.replicas,
            resources: webhookServer.resources,
            token: args.webhookToken,
          },
        }),
      podMonitors: args.podMonitors,
    },
    opts,
  );
}

function deploymentArgs(
  args: LegacyArgs,
  deployment: LegacyRunnerDeploymentSettings,
  controller: LegacyArcController,
): LegacyRunnerDeploymentArgs {
  const { image, replicas, autoscaler, fsGroup } = deployment;
  const ownImage = image ?? args.settings.controller.images.runner;
  const group = fsGroup ?? fsGroupOf(ownImage);
  return {
    ...given(deployment),
    controller,
    namespace: args.namespaces.runners.namespace,
    scope: scopeOf(deployment),
    image: imageReference(ownImage, args.mirror),
    imagePullPolicy: args.imagePullPolicy,
    ...(group !== undefined && { fsGroup: group }),
    scaling: autoscaler ? { kind: "autoscaler", autoscaler } : { kind: "fixed", replicas: replicas ?? 0 },
    ...(args.githubCa && { githubCa: args.githubCa }),
    ...(args.retry && { retry: args.retry }),
    protect: args.protect,
  };
}

/** What a component takes as it stands in the settings. */
function given(deployment: LegacyRunnerDeploymentSettings) {
  const { kind, group, labels, docker, sharedTmp, gpu, irsa } = deployment;
  const { resources, dockerResources, nodeSelector, tolerations, env } = deployment;
  const optional = { kind, group, labels, sharedTmp, gpu, irsa, dockerResources, nodeSelector, tolerations, env };
  return { docker, resources, ...optional };
}

/** Settings have been checked, so a failure here is a mistake in this program. */
function scopeOf(scopes: Readonly<Partial<Record<LegacyScope["kind"], string>>>): LegacyScope {
  for (const kind of ["repository", "organization", "enterprise"] as const) {
    const name = scopes[kind];
    if (name !== undefined) return { kind, name };
  }
  throw new Error("a runner deployment without scope passed the checks of settings");
}
