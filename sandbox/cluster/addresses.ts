/** Addresses and names of the embedded cluster. All of them exist only inside the cluster's own network namespace and on one link to it. */
export const addresses = {
  /** Pod network, on a bridge inside the cluster's network namespace. */
  podNetwork: "10.88.0.0/16",
  /** The bridge itself: API server, kubelet and the stand-in for GitHub listen here. */
  gateway: "10.88.0.1",
  bridge: "cni0",
  serviceNetwork: "10.96.0.0/16",
  /** The Service `kubernetes`: by rule the first address of the service network. */
  kubernetesService: "10.96.0.1",
  dnsService: "10.96.0.10",
  /** The link between host and cluster: the host's end, and the cluster's end. */
  hostLink: "runner-platform",
  hostLinkAddress: "10.89.0.1",
  clusterLink: "host",
  clusterLinkAddress: "10.89.0.2",
  linkPrefix: 30,
  apiServerPort: 6443,
  githubPort: 8080,
  /** Of the first S3 server; the others follow. */
  objectStorePort: 9000,
} as const;

/** Name of the one real node. */
export const nodeName = "sandbox";

/** URL of the API server, reachable from the host and from pods alike. */
export const apiServerUrl = `https://${addresses.gateway}:${addresses.apiServerPort}`;
