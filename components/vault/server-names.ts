/** Ports of a server. That of metrics is apart, so that whoever scrapes reaches nothing else by the network. */
export const vaultPorts = { api: 8200, cluster: 8201, metrics: 8202 } as const;

/** Which cluster, in Kubernetes' terms. */
export interface ServerPlace {
  /** Of the StatefulSet; all other names begin with it. */
  readonly name: string;
  readonly namespace: string;
}

export interface ServerNames {
  /** Service of all servers that answer requests. */
  readonly service: string;
  /** Services of the leader, and of those that wait. */
  readonly active: string;
  readonly standby: string;
  /** Headless Service that gives each server its name. */
  readonly internal: string;
  readonly serviceAccount: string;
  readonly tlsSecret: string;
  /** ConfigMaps of the configuration, and of the programs that watch the certificate and the audit log. */
  readonly config: string;
  readonly reloader: string;
  readonly rotator: string;
  /** Secret with shares of the key, of the method shamir in development. */
  readonly recoverySecret: string;
}

export function serverNames(name: string): ServerNames {
  return {
    service: name,
    active: `${name}-active`,
    standby: `${name}-standby`,
    internal: `${name}-internal`,
    serviceAccount: name,
    tlsSecret: `${name}-tls`,
    config: `${name}-config`,
    reloader: `${name}-tls-reload`,
    rotator: `${name}-audit-rotate`,
    recoverySecret: `${name}-recovery`,
  };
}

/** Labels of the servers' pods, by which Services, policies and budgets find them. */
export function serverLabels(name: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": "vault",
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/component": "server",
    "app.kubernetes.io/part-of": "runner-platform",
  };
}

/** Names of the pods, which are the ids of servers in Raft too. */
export function serverPods(name: string, replicas: number): string[] {
  return Array.from({ length: replicas }, (_, index) => `${name}-${index}`);
}

/** Name under which a pod is found by DNS; the certificate has it by a wildcard. */
export function podHost({ name, namespace }: ServerPlace, pod: string): string {
  return `${pod}.${serverNames(name).internal}.${namespace}.svc`;
}

export function serviceHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc`;
}

export function apiAddress(host: string): string {
  return `https://${host}:${vaultPorts.api}`;
}

/**
 * All names by which the servers are called, in every form that DNS of a cluster takes. A name that lacks makes servers refuse to join.
 *
 * @param clusterDomain domain of the cluster's DNS
 * @param names further names, from outside the cluster
 */
export function certificateNames(
  { name, namespace }: ServerPlace,
  names: readonly string[],
  clusterDomain = "cluster.local",
): string[] {
  const { service, active, standby, internal } = serverNames(name);
  const forms = (host: string) => [
    host,
    `${host}.${namespace}`,
    `${host}.${namespace}.svc`,
    `${host}.${namespace}.svc.${clusterDomain}`,
  ];
  return [...new Set([...[service, active, standby, `*.${internal}`].flatMap(forms), "localhost", ...names])];
}
