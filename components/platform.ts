import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Secrets } from "../stacks/decode";
import type { Settings } from "../stacks/settings";
import { ArcController } from "./arc/arc-controller";
import { metricsPort } from "./arc/controller-values";
import { parseGitHubUrl } from "./arc/github-url";
import { arcRelease } from "./arc/release";
import { RunnerScaleSet } from "./arc/runner-scale-set";
import { imageReference } from "./image";
import { runnerQuota } from "./namespace/quota";
import { TrustNamespace } from "./namespace/trust-namespace";
import { runnerPodTemplate } from "./runner-pod";

export interface PlatformArgs {
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/**
 * The whole platform, in the order in which its parts need each other. There is one per stack, so its parts are named for what they are
 * and not after it; everything below a part is named after that part.
 */
export class Platform extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly provider: k8s.Provider;
    readonly controllerNamespace: TrustNamespace;
    readonly dindNamespace: TrustNamespace;
    readonly controller: ArcController;
    readonly scaleSets: Readonly<Record<string, RunnerScaleSet>>;
  };

  public constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:Platform", name, { stack: args.settings.stack }, opts);

    const provider = createProvider(this, name, args);
    const within: pulumi.ComponentResourceOptions = { parent: this, providers: [provider] };
    const controllerNamespace = createControllerNamespace(args.settings, within);
    const dindNamespace = createDindNamespace(args.settings, within);
    const registryCa = createRegistryCa(this, name, args.settings, dindNamespace, provider);
    // On whole namespaces: were a network policy deleted first, the controller could no longer deregister its sets at GitHub.
    const controller = createController(args.settings, controllerNamespace, {
      ...within,
      dependsOn: [controllerNamespace],
    });
    const scaleSets = createScaleSets(args, controller, dindNamespace, {
      ...within,
      dependsOn: [dindNamespace, ...registryCa],
    });

    this.nodes = { provider, controllerNamespace, dindNamespace, controller, scaleSets };
    this.registerOutputs({});
  }

  /** Names of the scale sets, i.e. the values which workflows may put into `runs-on`. */
  public get scaleSetNames(): readonly string[] {
    return Object.keys(this.nodes.scaleSets);
  }
}

/** Explicit, so that nothing can reach the cluster which happens to be current in somebody's kubeconfig. */
function createProvider(parent: Platform, name: string, { settings, secrets }: PlatformArgs): k8s.Provider {
  const { context } = settings.kubernetes;
  return new k8s.Provider(
    `${name}-kubernetes`,
    {
      ...(secrets.kubeconfig && { kubeconfig: secrets.kubeconfig }),
      ...(context !== undefined && { context }),
      // Otherwise fresh credentials for the same cluster would replace the provider, and with it every object.
      clusterIdentifier: `${settings.stack}-cluster`,
      enableServerSideApply: true,
    },
    { parent },
  );
}

function createControllerNamespace(settings: Settings, opts: pulumi.ComponentResourceOptions): TrustNamespace {
  const { network, monitoring, namespaces, kubernetes } = settings;
  return new TrustNamespace(
    "controller",
    {
      namespace: namespaces.controller,
      podSecurity: "restricted",
      podSecurityVersion: kubernetes.version,
      network: {
        egressPorts: [...network.apiServerPorts, githubPort(settings)],
        blockedCidrs: network.blockedCidrs,
        ...(monitoring.podMonitors && { metrics: { port: metricsPort, fromNamespace: monitoring.namespace } }),
      },
    },
    opts,
  );
}

/** Privileged pods live here and nowhere else. */
function createDindNamespace(settings: Settings, opts: pulumi.ComponentResourceOptions): TrustNamespace {
  const { network, namespaces, kubernetes, scaleSets, quota } = settings;
  const demands = Object.entries(scaleSets).map(([name, set]) => ({
    pod: runnerPodTemplate(name, set, settings)("").spec,
    maximum: set.maxRunners,
  }));
  return new TrustNamespace(
    "dind",
    {
      namespace: namespaces.dind,
      podSecurity: "privileged",
      podSecurityVersion: kubernetes.version,
      network: { egressPorts: [...network.runnerPorts, githubPort(settings)], blockedCidrs: network.blockedCidrs },
      quota: runnerQuota(demands, quota.headroomPercent),
    },
    opts,
  );
}

/** The registry's certificate authority, when settings hold it; otherwise the ConfigMap may come from elsewhere, or not at all. */
function createRegistryCa(
  parent: Platform,
  name: string,
  settings: Settings,
  namespace: TrustNamespace,
  provider: k8s.Provider,
): k8s.core.v1.ConfigMap[] {
  const ca = settings.dind.registryCa;
  if (ca?.certificate === undefined) return [];
  return [
    new k8s.core.v1.ConfigMap(
      `${name}-registry-ca`,
      { metadata: { name: ca.configMap, namespace: namespace.namespace }, data: { "ca.crt": ca.certificate } },
      { parent, provider },
    ),
  ];
}

function createController(
  settings: Settings,
  namespace: TrustNamespace,
  opts: pulumi.ComponentResourceOptions,
): ArcController {
  const { arc, images } = settings;
  return new ArcController(
    "arc",
    {
      release: releaseOf(settings),
      namespace: namespace.namespace,
      chart: arc.controllerChart.chart,
      ...(arc.controllerChart.version !== undefined && { chartVersion: arc.controllerChart.version }),
      image: imageReference(images.controller, images.mirror),
      imagePullPolicy: images.pullPolicy,
      replicas: arc.replicas,
      resources: arc.resources,
      logLevel: arc.logLevel,
      logFormat: arc.logFormat,
      concurrency: arc.concurrency,
      podMonitors: settings.monitoring.podMonitors,
    },
    opts,
  );
}

function createScaleSets(
  { settings, secrets }: PlatformArgs,
  controller: ArcController,
  namespace: TrustNamespace,
  opts: pulumi.ComponentResourceOptions,
): Record<string, RunnerScaleSet> {
  return Object.fromEntries(
    Object.entries(settings.scaleSets).map(([name, set]) => {
      const runnerGroup = set.runnerGroup ?? settings.github.runnerGroup;
      const scaleSet = new RunnerScaleSet(
        name,
        {
          controller,
          namespace: namespace.namespace,
          githubConfigUrl: settings.github.configUrl,
          ...(runnerGroup !== undefined && { runnerGroup }),
          credential: secrets.github,
          minRunners: set.minRunners,
          maxRunners: set.maxRunners,
          ...(set.labels && { labels: set.labels }),
          podTemplate: runnerPodTemplate(name, set, settings),
          listener: { resources: settings.arc.listenerResources, imagePullPolicy: settings.images.pullPolicy },
          protect: settings.production,
        },
        opts,
      );
      return [name, scaleSet];
    }),
  );
}

function githubPort({ github }: Settings): number {
  return parseGitHubUrl(github.configUrl)?.port ?? 443;
}

/** Settings have been checked, so a failure here is a mistake in this program. */
function releaseOf({ arc, github }: Settings): NonNullable<ReturnType<typeof arcRelease>> {
  const release = arcRelease(arc.version, parseGitHubUrl(github.configUrl)?.enterpriseServer ?? false);
  if (!release) throw new Error(`ARC ${arc.version} passed the checks of settings but is not served`);
  return release;
}
