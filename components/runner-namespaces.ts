import type { CacheSettings, ScaleSetSettings, Settings } from "../stacks/settings";
import { githubPort } from "./arc/github-url";
import { workflowPodSpec, workflowServiceAccount } from "./hook-templates";
import { runnerLimits, withDefaultRequests } from "./namespace/limits";
import type { NetworkAccess } from "./namespace/network-policies";
import { type PodDemand, runnerQuota } from "./namespace/quota";
import type { RunnerNamespaceArgs } from "./namespace/runner-namespace";
import type { SharedClaimSpec } from "./pod";
import { runnerPodTemplate } from "./runner-pod";

/** One namespace of runners: what it is called in the program, who is in it, and what follows from that. */
export interface RunnerNamespacePlan {
  /** Key in the program: `dind` and `kubernetes` for the two of the settings, else the namespace's own name. */
  readonly key: string;
  readonly sets: readonly string[];
  readonly args: Omit<RunnerNamespaceArgs, "jobAccounts" | "registryCa" | "githubCa" | "pullSecret" | "claimsAfter">;
}

/** Label that ARC puts on the pods of runners, and on no other. */
const runnerLabels = { "actions-ephemeral-runner": "True" };

/** The namespace of a set: its own, if it has one, else the one of its mode. */
export function namespaceOf(set: ScaleSetSettings, namespaces: Settings["namespaces"]): string {
  return set.namespace ?? (set.mode === "dind" ? namespaces.dind : namespaces.kubernetes);
}

/** All namespaces of runners, in the order in which sets name them. A namespace without sets is not made. */
export function runnerNamespaces(settings: Settings): readonly RunnerNamespacePlan[] {
  const names = [...new Set(Object.values(settings.scaleSets).map((set) => namespaceOf(set, settings.namespaces)))];
  return names.map((namespace) => planOf(namespace, settings));
}

function planOf(namespace: string, settings: Settings): RunnerNamespacePlan {
  const { namespaces, kubernetes, scaleSets, quota } = settings;
  const sets = Object.entries(scaleSets).filter(([, set]) => namespaceOf(set, namespaces) === namespace);
  const dind = sets.some(([, { mode }]) => mode === "dind");
  const claims = dind ? {} : claimsOf(sets, settings.caches);
  const sizes = Object.values(claims).map(({ resources }) => resources.requests.storage);
  const demands = sets.flatMap(([name, set]) => demandsOf(name, set, settings));
  const hard = runnerQuota(demands, quota.headroomPercent, sizes);
  return {
    key: namespace === namespaces.dind ? "dind" : namespace === namespaces.kubernetes ? "kubernetes" : namespace,
    sets: sets.map(([name]) => name),
    args: {
      namespace,
      podSecurity: dind ? "privileged" : namespaces.kubernetesPodSecurity,
      podSecurityVersion: kubernetes.version,
      network: runnerNetwork(settings, dind),
      quota: hard,
      limits: runnerLimits(demands, sizes),
      undisturbedPods: Number(hard["pods"]),
      ...(!dind && { workflowServiceAccount }),
      claims,
    },
  };
}

/**
 * What a set can have running at most. A job's pod comes twice: the hooks make a second one from the same template for a step that is a
 * container of its own, while the first one waits.
 */
function demandsOf(name: string, set: ScaleSetSettings, settings: Settings): PodDemand[] {
  const maximum = set.maxRunners;
  const runner = { pod: runnerPodTemplate(name, set, settings)("").spec, maximum };
  if (set.mode === "dind") return [runner];
  const job = { pod: withDefaultRequests(workflowPodSpec(name, set, settings)), maximum: 2 * maximum };
  return [set.mode === "kubernetes" ? { ...runner, claim: set.work.size } : runner, job];
}

/** Where runners may connect to. Those with a Docker daemon, and all of the older kinds, do not call the API server. */
export function runnerNetwork(settings: Settings, dind: boolean): NetworkAccess {
  const { network } = settings;
  const github = githubPort(settings.github.configUrl);
  return {
    egressPorts: network.internet ? [...network.runnerPorts, github] : [],
    blockedCidrs: network.blockedCidrs,
    destinations: network.destinations,
    ...(!dind && { apiServer: { ports: network.apiServerPorts, podLabels: runnerLabels } }),
  };
}

/**
 * The claims of caches that these sets use and that this program makes, by name. A folder of an NFS server is closed to writers if all its
 * caches are.
 */
function claimsOf(
  sets: readonly (readonly [string, ScaleSetSettings])[],
  caches: Settings["caches"],
): Record<string, SharedClaimSpec> {
  const used = [...new Set(sets.flatMap(([, { job }]) => job.caches))].flatMap((name) => caches[name] ?? []);
  const written = new Set(used.filter(({ readOnly }) => readOnly !== true).map(({ volume }) => volume.claimName));
  return Object.fromEntries(
    used.flatMap((cache) => {
      const claim = claimOf(cache, !written.has(cache.volume.claimName));
      return claim ? [[claim.name, claim.spec] as const] : [];
    }),
  );
}

/** A claim with a size is made here; one without is expected to be there. Many pods on many nodes use it, hence ReadWriteMany. */
function claimOf(
  { volume }: CacheSettings,
  readOnly: boolean,
): { readonly name: string; readonly spec: SharedClaimSpec } | undefined {
  const { kind, claimName, storageClassName = "", size, nfs } = volume;
  if (kind !== "claim" || claimName === undefined || size === undefined) return undefined;
  const spec: SharedClaimSpec = {
    accessModes: ["ReadWriteMany"],
    storageClassName,
    resources: { requests: { storage: size } },
    ...(nfs && { nfs, readOnly }),
  };
  return { name: claimName, spec };
}
