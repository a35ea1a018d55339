/** TCP ports of a destination: a namespace of the cluster or address ranges. */
export interface Destination {
  readonly namespace?: string;
  readonly cidrs?: readonly string[];
  readonly ports: readonly number[];
}

/** Ports and addresses that pods of a namespace may reach, and who may reach them. */
export interface NetworkAccess {
  /** TCP ports that may be reached on any address outside `blockedCidrs`. @default none: only `destinations` */
  readonly egressPorts: readonly number[];
  /** Address ranges that stay closed on every port, such as the cloud's instance metadata service. */
  readonly blockedCidrs: readonly string[];
  /** What else may be reached, by a name that tells the reader why: `registry`, `vault`, `proxy`. @default nothing */
  readonly destinations?: Readonly<Record<string, Destination>>;
  /** Ports of the Kubernetes API, for the pods with these labels alone. @default closed */
  readonly apiServer?: { readonly ports: readonly number[]; readonly podLabels: Readonly<Record<string, string>> };
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

/** A NetworkPolicy `spec`; an empty `podSelector` means all pods of the namespace. */
export interface PolicySpec {
  readonly podSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly policyTypes: readonly ("Ingress" | "Egress")[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/**
 * The NetworkPolicies of a namespace by name: everything is denied, then DNS and what is asked for are opened, each by a policy of its own.
 * Nothing is ever opened inwards for others than the cluster itself: listeners and runners poll GitHub.
 *
 * NetworkPolicy knows no host names, so "GitHub only" cannot be expressed; a site that needs it closes `egressPorts` and makes its proxy a
 * destination.
 */
export function networkPolicies(access: NetworkAccess): Readonly<Record<string, PolicySpec>> {
  const { egressPorts, blockedCidrs, destinations = {}, apiServer, metrics } = access;
  return {
    "default-deny": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "allow-dns": egress({
      to: [namespace("kube-system")],
      ports: [
        { protocol: "UDP", port: 53 },
        { protocol: "TCP", port: 53 },
      ],
    }),
    ...(egressPorts.length > 0 && {
      "allow-outbound": egress({ to: anywhere(blockedCidrs), ports: tcp(egressPorts) }),
    }),
    ...Object.fromEntries(
      Object.entries(destinations).map(([name, { cidrs, namespace: target, ports }]) => [
        `allow-${name}`,
        egress({
          to: [
            ...(target === undefined ? [] : [namespace(target)]),
            ...(cidrs ?? []).map((cidr) => ({ ipBlock: { cidr } })),
          ],
          ports: tcp(ports),
        }),
      ]),
    ),
    ...(apiServer && {
      // The API server's address is not known here, and behind the Service it is a node's: so the pods are named instead of the target.
      "allow-api-server": {
        ...egress({ to: anywhere(blockedCidrs), ports: tcp(apiServer.ports) }),
        podSelector: { matchLabels: apiServer.podLabels },
      },
    }),
    ...(metrics && {
      "allow-metrics": {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [{ from: [namespace(metrics.fromNamespace)], ports: tcp([metrics.port]) }],
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

function anywhere(blocked: readonly string[]): Peer[] {
  return [anyAddress("0.0.0.0/0", blocked, false), anyAddress("::/0", blocked, true)];
}

function anyAddress(cidr: string, blocked: readonly string[], version6: boolean): Peer {
  const except = blocked.filter((range) => range.includes(":") === version6);
  return { ipBlock: { cidr, ...(except.length > 0 && { except }) } };
}

function tcp(ports: readonly number[]): Rule["ports"] {
  return [...new Set(ports)].sort((a, b) => a - b).map((port) => ({ protocol: "TCP", port }));
}
