import { networkPolicies } from "../namespace/network-policies";
import { drillName } from "./drill-names";
import { serverLabels, vaultPorts } from "./server-names";

export interface ServerNetworkArgs {
  readonly name: string;
  /** Namespaces whose pods may connect to the API, beside Vault's own. */
  readonly clientNamespaces: readonly string[];
  /** Address ranges outside of the cluster that may connect to the API. @default none */
  readonly clientCidrs?: readonly string[];
  /** Namespace of Prometheus. @default nobody scrapes */
  readonly metricsFromNamespace?: string;
  /** Ports of the Kubernetes API: servers mark their pods and check tokens there. */
  readonly apiServerPorts: readonly number[];
  /** Ports of what unseals servers and of issuers of tokens, on any address. */
  readonly egressPorts: readonly number[];
  /** Address ranges that stay closed, such as the cloud's instance metadata. */
  readonly blockedCidrs: readonly string[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
  readonly namespaceSelector?: { readonly matchLabels: Record<string, string> };
  readonly podSelector?: {
    readonly matchLabels?: Record<string, string>;
    readonly matchExpressions?: { readonly key: string; readonly operator: "NotIn"; readonly values: string[] }[];
  };
}

type PodSelector = NonNullable<Peer["podSelector"]>;

interface Rule {
  readonly from?: Peer[];
  readonly to?: Peer[];
  readonly ports: { readonly protocol: "TCP"; readonly port: number }[];
}

/** A NetworkPolicy `spec`. */
export interface ServerPolicySpec {
  readonly podSelector: PodSelector;
  readonly policyTypes: ("Ingress" | "Egress")[];
  readonly ingress?: Rule[];
  readonly egress?: Rule[];
}

/**
 * What servers need in a namespace that denies everything but DNS, by name: each other, their clients, and what they call themselves. The port
 * between servers is open to servers alone, and that of metrics to Prometheus alone.
 */
export function serverNetworkPolicies(args: ServerNetworkArgs): Readonly<Record<string, ServerPolicySpec>> {
  const { name, clientNamespaces, clientCidrs = [], metricsFromNamespace } = args;
  const servers = { podSelector: { matchLabels: serverLabels(name) } };
  const between = tcp([vaultPorts.api, vaultPorts.cluster]);
  const clients: Peer[] = [
    { podSelector: besideDrills() },
    ...[...new Set(clientNamespaces)].map(namespace),
    ...clientCidrs.map((cidr) => ({ ipBlock: { cidr } })),
  ];
  return {
    [`${name}-servers`]: {
      ...servers,
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [servers], ports: between }],
      egress: [{ to: [servers], ports: between }],
    },
    [`${name}-clients`]: {
      ...servers,
      policyTypes: ["Ingress"],
      ingress: [{ from: clients, ports: tcp([vaultPorts.api]) }],
    },
    // The jobs beside the servers: initialisation, backup.
    [`${name}-from-within`]: {
      podSelector: besideDrills(),
      policyTypes: ["Egress"],
      egress: [{ to: [servers], ports: tcp([vaultPorts.api]) }],
    },
    [`${name}-outward`]: outward(args),
    ...(metricsFromNamespace !== undefined && {
      [`${name}-metrics`]: {
        ...servers,
        policyTypes: ["Ingress"],
        ingress: [{ from: [namespace(metricsFromNamespace)], ports: tcp([vaultPorts.metrics]) }],
      } satisfies ServerPolicySpec,
    }),
  };
}

/** All pods of the namespace but those that restore backups for trial: what is restored must not reach what it was taken from. */
function besideDrills(): PodSelector {
  return { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "NotIn", values: [drillName] }] };
}

/** The API server's address is not known here, nor are those of a key service and of GitHub: so the pods are named instead of the targets. */
function outward({ name, apiServerPorts, egressPorts, blockedCidrs }: ServerNetworkArgs): ServerPolicySpec {
  const apiServer = { ports: [...apiServerPorts, ...egressPorts], podLabels: serverLabels(name) };
  const { "allow-api-server": policy } = networkPolicies({ egressPorts: [], blockedCidrs, apiServer });
  return structuredClone(policy) as ServerPolicySpec;
}

function namespace(name: string): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

function tcp(ports: readonly number[]): Rule["ports"] {
  return [...new Set(ports)].sort((a, b) => a - b).map((port) => ({ protocol: "TCP", port }));
}
