import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { networkPolicies, type NetworkAccess } from "./network-policies";

export interface TrustNamespaceArgs {
  /** Kubernetes name of the namespace. **A change replaces it with everything inside.** */
  readonly namespace: string;
  /** Pod Security level that the API server enforces; `privileged` only where a daemon in the pods needs it. */
  readonly podSecurity: "privileged" | "baseline" | "restricted";
  /** Kubernetes `major.minor` whose definition of the level is meant, so that a cluster upgrade changes no rule by itself. */
  readonly podSecurityVersion: string;
  readonly network: NetworkAccess;
  /** `hard` limits of a ResourceQuota. @default no quota */
  readonly quota?: Readonly<Record<string, string>>;
}

/**
 * A namespace for workloads of one trust level: pinned Pod Security labels, NetworkPolicies that begin with "deny everything", a quota.
 *
 * ```ts
 * new TrustNamespace("dind", { namespace: "arc-runners-dind", podSecurity: "privileged", podSecurityVersion: "1.35", network });
 * ```
 */
export class TrustNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, known once it exists: use it to place objects inside. */
  public readonly namespace: pulumi.Output<string>;
  public readonly nodes: {
    readonly namespace: k8s.core.v1.Namespace;
    readonly networkPolicies: Readonly<Record<string, k8s.networking.v1.NetworkPolicy>>;
    readonly quota?: k8s.core.v1.ResourceQuota;
  };

  public constructor(name: string, args: TrustNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "runner-platform:index:TrustNamespace",
      name,
      { namespace: args.namespace, podSecurity: args.podSecurity },
      opts,
    );

    const namespace = createNamespace(this, name, args);
    const policies = createNetworkPolicies(this, name, args, namespace.metadata.name);
    const quota = args.quota ? createQuota(this, name, args.quota, namespace.metadata.name) : undefined;

    this.namespace = namespace.metadata.name;
    this.nodes = { namespace, networkPolicies: policies, ...(quota && { quota }) };
    this.registerOutputs({ namespace: this.namespace });
  }
}

function createNamespace(parent: TrustNamespace, name: string, args: TrustNamespaceArgs): k8s.core.v1.Namespace {
  const modes = ["enforce", "audit", "warn"];
  const labels = modes.flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, args.podSecurity],
    [`pod-security.kubernetes.io/${mode}-version`, `v${args.podSecurityVersion}`],
  ]);
  return new k8s.core.v1.Namespace(
    `${name}-namespace`,
    { metadata: { name: args.namespace, labels: Object.fromEntries(labels) as Record<string, string> } },
    { parent },
  );
}

function createNetworkPolicies(
  parent: TrustNamespace,
  name: string,
  args: TrustNamespaceArgs,
  namespace: pulumi.Output<string>,
): Record<string, k8s.networking.v1.NetworkPolicy> {
  return Object.fromEntries(
    Object.entries(networkPolicies(args.network)).map(([key, spec]) => [
      key,
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${key}`,
        { metadata: { name: key, namespace }, spec: mutable(spec) },
        { parent },
      ),
    ]),
  );
}

/** The same value without `readonly`, as the SDK's input types want it. */
function mutable<T>(value: T): Mutable<T> {
  return structuredClone(value) as Mutable<T>;
}

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

function createQuota(
  parent: TrustNamespace,
  name: string,
  hard: Readonly<Record<string, string>>,
  namespace: pulumi.Output<string>,
): k8s.core.v1.ResourceQuota {
  return new k8s.core.v1.ResourceQuota(
    `${name}-quota`,
    { metadata: { name: "runners", namespace }, spec: { hard: { ...hard } } },
    { parent },
  );
}
