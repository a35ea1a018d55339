/** Ports and addresses that pods of a namespace may reach, and who may reach them. */
export interface NetworkAccess {
  /** TCP ports that may be reached on any address outside `blockedCidrs`. */
  readonly egressPorts: readonly number[];
  /** Address ranges that stay closed on every port, such as the cloud's instance metadata service. */
  readonly blockedCidrs: readonly string[];
  /** Metrics port opened to one namespace. @default no ingress at all */
  readonly metrics?: { readonly port: number; readonly fromNamespace: string };
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { readonly protocol: "TCP" | "UDP"; readonly port: number }[];
}

/** A NetworkPolicy `spec` for all pods of its namespace. */
export interface PolicySpec {
  readonly podSelector: Readonly<Record<string, never>>;
  readonly policyTypes: readonly ("Ingress" | "Egress")[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/**
 * The NetworkPolicies of a namespace by name: everything is denied, then DNS, outbound TCP and, where asked for, the metrics port are
 * opened. Nothing is ever opened inwards from outside the cluster: listeners and runners poll GitHub.
 *
 * NetworkPolicy knows no host names, so "GitHub only" cannot be expressed; a site that needs it routes egress through a proxy.
 */
export function networkPolicies(access: NetworkAccess): Readonly<Record<string, PolicySpec>> {
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "allow-dns": egress({
      to: [namespace("kube-system")],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    }),
    "allow-outbound": egress({
      to: [anyAddress("0.0.0.0/0", access.blockedCidrs, false), anyAddress("::/0", access.blockedCidrs, true)],
      ports: uniqueSorted(access.egressPorts).map((port) => ({ protocol: "TCP", port })),
    }),
    ...(access.metrics && {
      "allow-metrics": {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [
          { from: [namespace(access.metrics.fromNamespace)], ports: [{ protocol: "TCP", port: access.metrics.port }] },
        ],
      } satisfies PolicySpec,
    }),
  };
}

function egress(rule: Rule): PolicySpec {
  return { podSelector: {}, policyTypes: ["Egress"], egress: [rule] };
}

function namespace(name: string): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

function anyAddress(cidr: string, blocked: readonly string[], version6: boolean): Peer {
  const except = blocked.filter((range) => range.includes(":") === version6);
  return { ipBlock: { cidr, ...(except.length > 0 && { except }) } };
}

function uniqueSorted(ports: readonly number[]): number[] {
  return [...new Set(ports)].sort((a, b) => a - b);
}
