import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Secrets } from "../stacks/secrets";
import type { Settings } from "../stacks/settings";
import { ArcController } from "./arc/arc-controller";
import { metricsPort } from "./arc/controller-values";
import { githubPort, parseGitHubUrl } from "./arc/github-url";
import type { HookTemplate } from "./arc/hooks/hook-template-component";
import { arcRelease } from "./arc/release";
import type { RunnerScaleSet } from "./arc/runner-scale-set";
import type { RunnerSchedule } from "./arc/runner-schedule";
import { type Cloud, createCloud } from "./cloud";
import type { CertManager } from "./cert-manager/cert-manager";
import { createCertManager } from "./certificates";
import { createOrganization, type Organization } from "./github";
import { imageReference } from "./image";
import type { Legacy } from "./legacy-arc/index";
import { createLegacyRunners } from "./legacy-runners";
import { createNamespacePullSecret } from "./namespace/pull-secret";
import type { RunnerNamespace } from "./namespace/runner-namespace";
import { TrustNamespace } from "./namespace/trust-namespace";
import type { RunnerAlerts } from "./observability/runner-alerts";
import { createRunnerAlerts } from "./monitoring";
import { createHookTemplates, createRunnerNamespaces, createScaleSets, createSchedule } from "./runners";
import { createStorage, createStorageAlerts, type Storage } from "./storage";
import type { StorageAlerts } from "./storage/storage-alerts";
import { createVault, type Vault } from "./vault";
import type { LoginTools } from "./vault/login";
import { retryWhileWebhookStarts } from "./webhook-retry";

export interface PlatformArgs {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** How the program logs in at Vault. @default as the settings say */
  readonly vaultLogin?: LoginTools;
}

/**
 * The whole platform, in the order in which its parts need each other. There is one per stack, so its parts are named for what they are
 * and not after it; everything below a part is named after that part.
 */
export class Platform extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly provider: k8s.Provider;
    readonly certManager?: CertManager;
    readonly controllerNamespace: TrustNamespace;
    /** By Kubernetes name. */
    readonly runnerNamespaces: ReadonlyMap<string, RunnerNamespace>;
    readonly controller: ArcController;
    readonly hookTemplates: ReadonlyMap<string, HookTemplate>;
    readonly scaleSets: ReadonlyMap<string, RunnerScaleSet>;
    readonly schedule?: RunnerSchedule;
    readonly runnerAlerts?: RunnerAlerts;
    readonly storage?: Storage;
    readonly storageAlerts?: StorageAlerts;
    readonly vault?: Vault;
    readonly organization?: Organization;
    readonly legacy?: Legacy;
    readonly cloud?: Cloud;
  };

  public constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:Platform", name, { stack: args.settings.stack }, opts);

    const provider = createProvider(this, name, args);
    const within: pulumi.ComponentResourceOptions = { parent: this, providers: [provider] };
    // Once per program: the engine knows hooks by name.
    const retry = new pulumi.ErrorHook("admission-webhooks", retryWhileWebhookStarts);
    const certManager = createCertManager(args.settings, args.secrets, { ...within, retry });
    const controllerNamespace = createControllerNamespace(args.settings, within);
    const cloud = createCloud(args.settings, { parent: this });
    const storage = createStorage(args.settings, args.secrets, within);
    const { ready: storageReady = [] } = storage ?? {};
    const namespaces = createRunnerNamespaces(args.settings, args.secrets, { cloud, storageReady }, within);
    const pullSecret = createControllerPullSecret(this, name, args, controllerNamespace, provider);
    // On whole namespaces: were a network policy deleted first, the controller could no longer deregister its sets at GitHub.
    const controller = createController(args.settings, controllerNamespace, {
      ...within,
      dependsOn: [controllerNamespace, ...pullSecret],
    });
    const hookTemplates = createHookTemplates(args.settings, namespaces, within);
    const organization = createOrganization(args.settings, args.secrets, { parent: this });
    const { runnerGroups } = organization ?? {};
    const surroundings = { controller, namespaces, hookTemplates, storageReady, runnerGroups };
    const scaleSets = createScaleSets(args.settings, args.secrets, surroundings, within);

    const schedule = createSchedule(args.settings, controllerNamespace.namespace, scaleSets, {
      ...within,
      dependsOn: [controllerNamespace],
    });
    const runnerAlerts = createRunnerAlerts(args.settings, "arc", { ...within, dependsOn: [controllerNamespace] });
    const storageAlerts = createStorageAlerts(args.settings, { ...within, dependsOn: [controllerNamespace] });
    const aroundVault = { certManager, retry, storageReady, login: args.vaultLogin };
    const vault = createVault(args.settings, args.secrets, aroundVault, within);
    const legacy = createLegacyRunners(args.settings, args.secrets, { certManager, retry }, within);

    this.nodes = {
      provider,
      ...(certManager && { certManager }),
      controllerNamespace,
      runnerNamespaces: namespaces,
      controller,
      hookTemplates,
      scaleSets,
      ...(schedule && { schedule }),
      ...(runnerAlerts && { runnerAlerts }),
      ...(storage && { storage }),
      ...(storageAlerts && { storageAlerts }),
      ...(vault && { vault }),
      ...(organization && { organization }),
      ...(legacy && { legacy }),
      ...(cloud && { cloud }),
    };
    this.registerOutputs({});
  }

  /** Names of the scale sets, i.e. the values which workflows may put into `runs-on`. */
  public get scaleSetNames(): readonly string[] {
    return [...this.nodes.scaleSets.keys()];
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
        egressPorts: [...network.apiServerPorts, githubPort(settings.github.configUrl)],
        blockedCidrs: network.blockedCidrs,
        ...(monitoring.podMonitors && { metrics: { port: metricsPort, fromNamespace: monitoring.namespace } }),
      },
    },
    opts,
  );
}

function createControllerPullSecret(
  parent: Platform,
  name: string,
  { settings, secrets }: PlatformArgs,
  { namespace }: TrustNamespace,
  provider: k8s.Provider,
): k8s.core.v1.Secret[] {
  const resourceName = `${name}-controller-pull-secret`;
  return createNamespacePullSecret(resourceName, settings.registry, secrets, namespace, { parent, provider });
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
      ...(settings.monitoring.ruleLabels && { podMonitorLabels: settings.monitoring.ruleLabels }),
      ...(settings.registry.pullSecret !== undefined && { pullSecret: settings.registry.pullSecret }),
    },
    opts,
  );
}

/** Settings have been checked, so a failure here is a mistake in this program. */
function releaseOf({ arc, github }: Settings): NonNullable<ReturnType<typeof arcRelease>> {
  const release = arcRelease(arc.version, parseGitHubUrl(github.configUrl)?.enterpriseServer ?? false);
  if (!release) throw new Error(`ARC ${arc.version} passed the checks of settings but is not served`);
  return release;
}
