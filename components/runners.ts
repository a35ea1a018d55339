import type * as pulumi from "@pulumi/pulumi";

import type { Secrets } from "../stacks/secrets";
import type { ScaleSetSettings, Settings } from "../stacks/settings";
import type { ArcControllerRef } from "./arc/arc-controller";
import { parseGitHubUrl } from "./arc/github-url";
import { HookTemplate } from "./arc/hooks/hook-template-component";
import { RunnerScaleSet } from "./arc/runner-scale-set";
import { RunnerSchedule } from "./arc/runner-schedule";
import type { RunnerGroups } from "./github/runner-groups";
import { githubCaConfigMapOf, githubCaOf } from "./github-ca";
import type { Cloud } from "./cloud";
import { hookTemplateOf } from "./hook-templates";
import { imageReference } from "./image";
import { jobRolesOf } from "./job-roles";
import { RunnerNamespace } from "./namespace/runner-namespace";
import { namespaceOf, runnerNamespaces } from "./runner-namespaces";
import { runnerPodTemplate } from "./runner-pod";

/** What namespaces of runners are made after. */
export interface RunnerNamespaceSurroundings {
  readonly cloud?: Cloud;
  /** What claims need. */
  readonly storageReady: readonly pulumi.Resource[];
}

/** The namespaces of runners with everything that their sets share. */
export function createRunnerNamespaces(
  settings: Settings,
  secrets: Secrets,
  { cloud, storageReady }: RunnerNamespaceSurroundings,
  opts: pulumi.ComponentResourceOptions,
): Map<string, RunnerNamespace> {
  const { ca, pullSecret } = settings.registry;
  const githubCa = githubCaConfigMapOf(settings.github);
  const plans = runnerNamespaces(settings).map(({ key, args }) => {
    const namespace = new RunnerNamespace(
      key,
      {
        ...args,
        jobAccounts: jobAccountsOf(args.namespace, settings, cloud),
        claimsAfter: storageReady,
        ...(ca?.certificate !== undefined && {
          registryCa: { configMap: ca.configMap, certificate: ca.certificate },
        }),
        ...(githubCa && { githubCa }),
        ...(pullSecret !== undefined && {
          pullSecret: {
            name: pullSecret,
            ...(secrets.registryCredentials && { dockerConfig: secrets.registryCredentials }),
          },
        }),
      },
      opts,
    );
    return [args.namespace, namespace] as const;
  });
  return new Map(plans);
}

/** The accounts of jobs with a role in AWS that a namespace needs, with the roles' ARNs. */
function jobAccountsOf(
  namespace: string,
  settings: Settings,
  cloud: Cloud | undefined,
): Record<string, pulumi.Output<string>> {
  const roles = jobRolesOf(settings).filter(({ namespaces }) => namespaces.includes(namespace));
  return Object.fromEntries(
    roles.flatMap(({ name, serviceAccount }) => {
      const role = cloud?.roles.get(name);
      return role ? [[serviceAccount, role.arn] as const] : [];
    }),
  );
}

/** One hook template for each set whose jobs run in pods of their own. */
export function createHookTemplates(
  settings: Settings,
  namespaces: ReadonlyMap<string, RunnerNamespace>,
  opts: pulumi.ComponentResourceOptions,
): Map<string, HookTemplate> {
  const made = Object.entries(settings.scaleSets).flatMap(([name, set]) => {
    if (set.mode === "dind") return [];
    const namespace = ofSet(namespaces, namespaceOf(set, settings.namespaces));
    const template = new HookTemplate(
      `${name}-hook`,
      {
        namespace: namespace.namespace,
        setName: name,
        document: hookTemplateOf(name, set, settings),
        mode: set.mode,
        runnerImage: imageReference(settings.images.runner, settings.images.mirror),
      },
      { ...opts, dependsOn: [namespace] },
    );
    return [[name, template] as const];
  });
  return new Map(made);
}

/** What scale sets are made into and with. */
export interface ScaleSetSurroundings {
  readonly controller: ArcControllerRef;
  readonly namespaces: ReadonlyMap<string, RunnerNamespace>;
  readonly hookTemplates: ReadonlyMap<string, HookTemplate>;
  /** What sets with work volumes need. */
  readonly storageReady: readonly pulumi.Resource[];
  /** Groups that this program makes; others have to be there. */
  readonly runnerGroups?: RunnerGroups | undefined;
}

export function createScaleSets(
  settings: Settings,
  secrets: Secrets,
  { controller, namespaces, hookTemplates, storageReady, runnerGroups }: ScaleSetSurroundings,
  opts: pulumi.ComponentResourceOptions,
): Map<string, RunnerScaleSet> {
  const { pullSecret } = settings.registry;
  const githubCa = githubCaOf(settings.github);
  const made = Object.entries(settings.scaleSets).map(([name, set]) => {
    const { githubConfigUrl, runnerGroup } = registrationOf(set, settings.github);
    const namespace = ofSet(namespaces, namespaceOf(set, settings.namespaces));
    const hookTemplate = hookTemplates.get(name);
    const group = runnerGroups?.group(runnerGroup);
    const scaleSet = new RunnerScaleSet(
      name,
      {
        controller,
        namespace: namespace.namespace,
        githubConfigUrl,
        ...(runnerGroup !== undefined && { runnerGroup }),
        credential: secrets.github,
        ...(githubCa && { githubCa }),
        minRunners: set.minRunners,
        maxRunners: set.maxRunners,
        ...(set.labels && { labels: set.labels }),
        podTemplate: runnerPodTemplate(name, set, settings),
        ...(set.mode !== "dind" && { kubernetesMode: set.mode }),
        ...(pullSecret !== undefined && { pullSecret }),
        listener: { resources: settings.arc.listenerResources, imagePullPolicy: settings.images.pullPolicy },
        scheduled: isScheduled(set),
        protect: !set.allowReplace,
      },
      {
        ...opts,
        dependsOn: [
          namespace,
          ...(hookTemplate ? [hookTemplate] : []),
          // Gone before the set, it would hand the set's runners to everybody's group.
          ...(group ? [group] : []),
          ...(set.mode === "kubernetes" ? storageReady : []),
        ],
      },
    );
    return [name, scaleSet] as const;
  });
  return new Map(made);
}

/** Where a set registers. A runner group belongs to one organization or enterprise, so a set that registers elsewhere does not inherit it. */
function registrationOf(
  { github: own, runnerGroup }: ScaleSetSettings,
  github: Settings["github"],
): { readonly githubConfigUrl: string; readonly runnerGroup?: string | undefined } {
  const githubConfigUrl = own?.configUrl ?? github.configUrl;
  const [mine, main] = [parseGitHubUrl(githubConfigUrl), parseGitHubUrl(github.configUrl)];
  const inherits = mine?.kind === main?.kind && mine?.owner === main?.owner;
  return { githubConfigUrl, runnerGroup: runnerGroup ?? (inherits ? github.runnerGroup : undefined) };
}

/** Every set has its namespace by construction, so a failure here is a mistake in this program. */
function ofSet(namespaces: ReadonlyMap<string, RunnerNamespace>, name: string): RunnerNamespace {
  const namespace = namespaces.get(name);
  if (!namespace) throw new Error(`the namespace ${name} was not planned`);
  return namespace;
}

/** An empty schedule is none. */
function isScheduled({ schedule = [] }: ScaleSetSettings): boolean {
  return schedule.length > 0;
}

/** The program that carries out the schedules of sets; none when no set has one. */
export function createSchedule(
  settings: Settings,
  controllerNamespace: pulumi.Input<string>,
  scaleSets: ReadonlyMap<string, RunnerScaleSet>,
  opts: pulumi.ComponentResourceOptions,
): RunnerSchedule | undefined {
  const sets = Object.entries(settings.scaleSets).flatMap(([name, set]) => {
    const scaleSet = scaleSets.get(name)?.nodes.scaleSet;
    if (!isScheduled(set) || !scaleSet) return [];
    const { minRunners, maxRunners, schedule: windows = [] } = set;
    return [{ name, namespace: namespaceOf(set, settings.namespaces), minRunners, maxRunners, windows, scaleSet }];
  });
  if (sets.length === 0) return undefined;
  const { images, scheduler, monitoring } = settings;
  return new RunnerSchedule(
    "runner-schedule",
    {
      namespace: controllerNamespace,
      nodeImage: imageReference(images.node, images.mirror),
      imagePullPolicy: images.pullPolicy,
      resources: scheduler.resources,
      podMonitor: monitoring.podMonitors,
      sets,
    },
    opts,
  );
}
