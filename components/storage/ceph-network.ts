/** A NetworkPolicy `spec` for Ceph's pods. */
export interface CephPolicySpec {
  readonly podSelector: Record<string, never>;
  readonly policyTypes: ("Ingress" | "Egress")[];
  readonly ingress?: { readonly from?: object[]; readonly ports?: CephPort[] }[];
  readonly egress?: { readonly to?: object[]; readonly ports?: CephPort[] }[];
}

interface CephPort {
  readonly protocol: "TCP";
  readonly port: number;
  readonly endPort?: number;
}

/** Monitors listen on 3300 and 6789, all other daemons between 6800 and 7568. Source: Ceph documentation, "Network Configuration Reference". */
const daemonPorts: CephPort[] = [
  { protocol: "TCP", port: 3300 },
  { protocol: "TCP", port: 6789 },
  { protocol: "TCP", port: 6800, endPort: 7568 },
];

/** Metrics of the manager and of the exporter beside each daemon. */
const metricsPorts: CephPort[] = [9283, 9926].map((port) => ({ protocol: "TCP", port }));

export interface CephNetworkArgs {
  /** Whether the daemons run in the cluster; otherwise they are reached outside. */
  readonly internal: boolean;
  /** Namespace of Prometheus. @default nobody scrapes */
  readonly metricsFromNamespace?: string;
}

/**
 * What Ceph needs in a namespace that denies everything, besides DNS and the Kubernetes API. Its clients are the kernels of nodes, whose
 * addresses nobody can name here, so the daemons' ports are open to all and the keys of Ceph decide. The driver's pods on nodes use the
 * nodes' own network, which policies do not reach.
 */
export function cephNetworkPolicies(args: CephNetworkArgs): Readonly<Record<string, CephPolicySpec>> {
  const { internal, metricsFromNamespace } = args;
  const own = [{ podSelector: {} }];
  return {
    "allow-within": {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: own }],
      egress: [{ to: own }],
    },
    ...(internal
      ? { "allow-ceph-clients": { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports: daemonPorts }] } }
      : { "allow-external-ceph": { podSelector: {}, policyTypes: ["Egress"], egress: [{ ports: daemonPorts }] } }),
    ...(metricsFromNamespace !== undefined && {
      "allow-ceph-metrics": {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": metricsFromNamespace } } }],
            ports: metricsPorts,
          },
        ],
      },
    }),
  };
}
