import { serverLabels, serverNames, vaultPorts } from "./server-names";
import type { ServerRelease } from "./server-release";

/** A Service `spec`. */
export interface ServiceSpec {
  readonly type: "ClusterIP";
  readonly clusterIP?: string;
  readonly publishNotReadyAddresses: boolean;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
}

const api = { name: "https", port: vaultPorts.api, targetPort: "https" };

/**
 * The Services by name. Those of clients know only servers that are ready; the headless one also those that are not, because servers find each
 * other through it before they can be.
 *
 * @param clusterIp fixed address of the leader's Service, for clients that cannot look up names and go on with what they have just made: a
 *   server that does not lead may not know of it yet. @default the cluster chooses
 */
export function serverServices(
  name: string,
  { labelPrefix }: Pick<ServerRelease, "labelPrefix">,
  clusterIp?: string,
): Readonly<Record<string, ServiceSpec>> {
  const { service, active, standby, internal } = serverNames(name);
  const forClients = (extra: Readonly<Record<string, string>> = {}, address?: string): ServiceSpec => ({
    type: "ClusterIP",
    ...(address !== undefined && { clusterIP: address }),
    publishNotReadyAddresses: false,
    selector: { ...serverLabels(name), ...extra },
    ports: [api],
  });
  return {
    [service]: forClients(),
    [active]: forClients({ [`${labelPrefix}-active`]: "true" }, clusterIp),
    [standby]: forClients({ [`${labelPrefix}-active`]: "false" }),
    [internal]: {
      type: "ClusterIP",
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: serverLabels(name),
      ports: [api, { name: "cluster", port: vaultPorts.cluster, targetPort: "cluster" }],
    },
  };
}
