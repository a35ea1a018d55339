import * as k8s from "@pulumi/kubernetes";

import { serverLabels, serverNames, serviceHost } from "./server-names";
import type { VaultCluster, VaultClusterArgs } from "./vault-cluster";

/** Name of the PodMonitor of a cluster. */
export function serverMonitorName(serverName: string): string {
  return `${serverName}-servers`;
}

/**
 * How all servers are scraped, those that wait for their key too. Prometheus checks their certificate under the name of the Service: it
 * reaches pods by addresses, which no certificate has.
 */
export function createServerMonitor(
  parent: VaultCluster,
  name: string,
  { serverName, namespace }: VaultClusterArgs,
  { labels }: NonNullable<VaultClusterArgs["monitor"]>,
): k8s.apiextensions.CustomResource {
  const { service, tlsSecret } = serverNames(serverName);
  return new k8s.apiextensions.CustomResource(
    `${name}-metrics`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: serverMonitorName(serverName), namespace, ...(labels && { labels }) },
      spec: {
        selector: { matchLabels: serverLabels(serverName) },
        podMetricsEndpoints: [
          {
            port: "metrics",
            path: "/v1/sys/metrics",
            params: { format: ["prometheus"] },
            scheme: "https",
            tlsConfig: {
              ca: { secret: { name: tlsSecret, key: "ca.crt" } },
              serverName: serviceHost(service, namespace),
            },
          },
        ],
      },
    },
    { parent },
  );
}
