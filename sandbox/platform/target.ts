import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../../cli/user-error";
import { addresses } from "../cluster/addresses";
import { type Paths, paths, stateFolder } from "../cluster/paths";
import { builtTools, type Tool, usualTools } from "../tools/catalog";

/** Where the platform is deployed: the embedded cluster, or a cluster of the user's. */
export interface Target {
  readonly embedded: boolean;
  readonly state: Paths;
  /** `host:port` at which the stand-in for GitHub serves; pods and this machine must reach it. */
  readonly githubAddress: string;
  /** Stack configuration of the user's; absent: `Pulumi.local.yaml` of the checkout. */
  readonly configFile?: string;
  /** What has to be there before the platform can be deployed. */
  readonly tools: readonly Tool[];
}

/** The cluster that the sandbox runs itself. */
export function embeddedTarget(): Target {
  return {
    embedded: true,
    state: paths(),
    githubAddress: `${addresses.gateway}:${String(addresses.githubPort)}`,
    tools: usualTools,
  };
}

/**
 * A cluster of the user's own, by a context of their kubeconfig. Its state lies apart, so that several can be tried.
 * @param githubAddress where the stand-in shall serve; default: the address from which this machine reaches the API server, port 8080
 * @throws UserError when the context does not exist, or no address can be found that pods could reach
 */
export async function contextTarget(context: string, githubAddress?: string): Promise<Target> {
  const config = new KubeConfig();
  config.loadFromDefault();
  const names = config.contexts.map(({ name }) => name);
  if (!names.includes(context)) {
    throw new UserError(
      `there is no context "${context}" in your kubeconfig (there are: ${names.join(", ") || "none"}); see kubectl config get-contexts`,
    );
  }
  config.setCurrentContext(context);
  const state = paths(join(stateFolder(), "contexts", context.replaceAll(/[^\w.-]/g, "_")));
  const address = githubAddress ?? (await addressTowards(config.getCurrentCluster()?.server ?? ""));
  mkdirSync(state.root, { recursive: true, mode: 0o700 });
  writeFileSync(state.kubeconfig, config.exportConfig(), { mode: 0o600 });
  const { pulumi, helm, arc } = builtTools;
  return { embedded: false, state, githubAddress: address, tools: [pulumi, helm, arc] };
}

/** The address of this machine that packets to a server carry. No packet is sent: connecting a UDP socket only asks the routing table. */
async function addressTowards(server: string): Promise<string> {
  const host = new URL(server).hostname;
  const socket = createSocket("udp4");
  try {
    socket.connect(9, host);
    await once(socket, "connect");
    const { address } = socket.address();
    if (!address.startsWith("127.")) return `${address}:${String(addresses.githubPort)}`;
  } finally {
    socket.close();
  }
  throw new UserError(
    `the API server of this context is at ${server}, so it cannot be told at which address pods reach this machine: ` +
      "give it with --github-address HOST:PORT (for kind: the gateway of the docker network called kind)",
  );
}
