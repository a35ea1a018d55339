import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { scaleSetLabel } from "../arc/names";
import { createGitHubCa, type GitHubCaConfigMap } from "../github-ca";
import type { SharedClaimSpec } from "../pod";
import { keptClaimLabels } from "../storage/kept-claim";
import { SharedCacheVolume } from "../storage/shared-cache-volume";
import type { LimitRangeItem } from "./limits";
import { createJobAccount } from "./job-account";
import { createPullSecret } from "./pull-secret";
import { TrustNamespace, type TrustNamespaceArgs } from "./trust-namespace";

export interface RunnerNamespaceArgs extends TrustNamespaceArgs {
  /** Entries of the LimitRange; see `runnerLimits`. */
  readonly limits: readonly LimitRangeItem[];
  /**
   * Pods of jobs that a drain must wait for: at least as many as there can be. The controllers of runners cannot be scaled by Kubernetes'
   * own rules, so a disruption budget over them has to be an absolute number of pods.
   */
  readonly undisturbedPods: number;
  /** Certificate authority of the registry. @default none: the ConfigMap may come from elsewhere, or not at all */
  readonly registryCa?: { readonly configMap: string; readonly certificate: string };
  /** Certificate authority of the GitHub Enterprise Server. @default as for the registry's */
  readonly githubCa?: GitHubCaConfigMap;
  /** Credentials for pulling images, in the form of Docker's `config.json`. @default none */
  readonly pullSecret?: { readonly name: string; readonly dockerConfig?: pulumi.Input<string> };
  /** Name of a ServiceAccount without rights for the pods of jobs. @default none */
  readonly workflowServiceAccount?: string;
  /** ServiceAccounts of jobs with rights in AWS: by name, the ARN of their role. @default none */
  readonly jobAccounts?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Claims that stay, by name: shared caches. */
  readonly claims: Readonly<Record<string, SharedClaimSpec>>;
  /** What those claims need: their class and what stands behind it. @default nothing: it is there already */
  readonly claimsAfter?: readonly pulumi.Resource[];
}

/**
 * A namespace of runners and of what they share: limits, a disruption budget, registry trust and credentials, the identity of jobs' pods,
 * and caches. Its sets come and go; it is made before them and deleted after them.
 *
 * ```ts
 * new RunnerNamespace("kubernetes", { namespace: "arc-runners-kubernetes", podSecurity: "baseline", ..., limits, claims: {} });
 * ```
 */
export class RunnerNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, known once it exists: use it to place objects inside. */
  public readonly namespace: pulumi.Output<string>;
  public readonly nodes: {
    readonly trust: TrustNamespace;
    readonly limitRange: k8s.core.v1.LimitRange;
    readonly disruptionBudget: k8s.policy.v1.PodDisruptionBudget;
    readonly registryCa?: k8s.core.v1.ConfigMap;
    readonly githubCa?: k8s.core.v1.ConfigMap;
    readonly pullSecret?: k8s.core.v1.Secret;
    readonly workflowServiceAccount?: k8s.core.v1.ServiceAccount;
    readonly jobAccounts: Readonly<Record<string, k8s.core.v1.ServiceAccount>>;
    /** Claims whose class makes the volume. */
    readonly claims: Readonly<Record<string, k8s.core.v1.PersistentVolumeClaim>>;
    /** Claims with a volume that is made here. */
    readonly cacheVolumes: Readonly<Record<string, SharedCacheVolume>>;
  };

  public constructor(name: string, args: RunnerNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { limits, undisturbedPods, registryCa, githubCa, pullSecret, ...others } = args;
    const { workflowServiceAccount, jobAccounts = {}, claims, claimsAfter = [], ...trustArgs } = others;
    super("runner-platform:index:RunnerNamespace", name, { namespace: args.namespace }, opts);

    const trust = new TrustNamespace(name, trustArgs, { parent: this });
    const { namespace } = trust;
    const account = workflowServiceAccount;
    const pull = pullSecret && { pullSecret: pullSecret.name };
    this.namespace = namespace;
    this.nodes = {
      trust,
      limitRange: createLimitRange(this, name, namespace, limits),
      disruptionBudget: createDisruptionBudget(this, name, namespace, undisturbedPods),
      ...(registryCa && { registryCa: createRegistryCa(this, name, namespace, registryCa) }),
      ...(githubCa && { githubCa: createGitHubCa(`${name}-github-ca`, namespace, githubCa, { parent: this }) }),
      ...(pullSecret?.dockerConfig !== undefined && {
        pullSecret: createPullSecret(
          `${name}-pull-secret`,
          { namespace, name: pullSecret.name, dockerConfig: pullSecret.dockerConfig },
          { parent: this },
        ),
      }),
      ...(account !== undefined && {
        workflowServiceAccount: createJobAccount(
          `${name}-workflow-service-account`,
          { namespace, account, ...pull },
          { parent: this },
        ),
      }),
      jobAccounts: createJobAccounts(this, name, namespace, jobAccounts, pull),
      claims: createClaims(name, namespace, claims, { parent: this, dependsOn: [...claimsAfter] }),
      cacheVolumes: createCacheVolumes(this, name, namespace, args),
    };
    this.registerOutputs({ namespace });
  }
}

type Namespace = pulumi.Output<string>;

function createLimitRange(
  parent: RunnerNamespace,
  name: string,
  namespace: Namespace,
  limits: readonly LimitRangeItem[],
): k8s.core.v1.LimitRange {
  const items = limits.map(({ type, defaultRequest, max }) => ({
    type,
    ...(defaultRequest && { defaultRequest: { ...defaultRequest } }),
    ...(max && { max: { ...max } }),
  }));
  return new k8s.core.v1.LimitRange(
    `${name}-limits`,
    { metadata: { name: "runners", namespace }, spec: { limits: items } },
    { parent },
  );
}

/**
 * Lets no drain evict a runner or a job; it goes on once the last one has ended. Idle runners are held too, so a drained node first has to
 * be cordoned, which every drain does: the runners on it get no successor there.
 */
function createDisruptionBudget(
  parent: RunnerNamespace,
  name: string,
  namespace: Namespace,
  minAvailable: number,
): k8s.policy.v1.PodDisruptionBudget {
  return new k8s.policy.v1.PodDisruptionBudget(
    `${name}-disruption-budget`,
    {
      metadata: { name: "runners", namespace },
      spec: {
        minAvailable,
        // A pod that never became ready does no work that could be lost.
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchExpressions: [{ key: scaleSetLabel, operator: "Exists" }] },
      },
    },
    { parent },
  );
}

function createRegistryCa(
  parent: RunnerNamespace,
  name: string,
  namespace: Namespace,
  { configMap, certificate }: { readonly configMap: string; readonly certificate: string },
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    `${name}-registry-ca`,
    { metadata: { name: configMap, namespace }, data: { "ca.crt": certificate } },
    { parent },
  );
}

function createJobAccounts(
  parent: RunnerNamespace,
  name: string,
  namespace: Namespace,
  accounts: NonNullable<RunnerNamespaceArgs["jobAccounts"]>,
  pull: { readonly pullSecret: string } | undefined,
): Record<string, k8s.core.v1.ServiceAccount> {
  return Object.fromEntries(
    Object.entries(accounts).map(([account, roleArn]) => [
      account,
      createJobAccount(`${name}-${account}-service-account`, { namespace, account, roleArn, ...pull }, { parent }),
    ]),
  );
}

function createClaims(
  name: string,
  namespace: Namespace,
  claims: RunnerNamespaceArgs["claims"],
  opts: pulumi.CustomResourceOptions,
): Record<string, k8s.core.v1.PersistentVolumeClaim> {
  return Object.fromEntries(
    Object.entries(claims)
      .filter(([, { nfs }]) => !nfs)
      .map(([claimName, { accessModes, storageClassName, resources }]) => [
        claimName,
        new k8s.core.v1.PersistentVolumeClaim(
          `${name}-${claimName}`,
          {
            metadata: { name: claimName, namespace, labels: { ...keptClaimLabels } },
            spec: { accessModes: [...accessModes], storageClassName, resources },
          },
          opts,
        ),
      ]),
  );
}

function createCacheVolumes(
  parent: RunnerNamespace,
  name: string,
  namespace: Namespace,
  args: RunnerNamespaceArgs,
): Record<string, SharedCacheVolume> {
  return Object.fromEntries(
    Object.entries(args.claims).flatMap(([claimName, { nfs, readOnly = false, resources }]) => {
      if (!nfs) return [];
      const size = resources.requests.storage;
      const volume = { namespace, namespaceName: args.namespace, claimName, size, nfs, readOnly };
      return [[claimName, new SharedCacheVolume(`${name}-${claimName}`, volume, { parent })]];
    }),
  );
}
