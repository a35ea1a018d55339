import type * as pulumi from "@pulumi/pulumi";

import type { Settings } from "../../stacks/settings";
import { TrustNamespace } from "../namespace/trust-namespace";

/**
 * The namespace of Vault and of the jobs beside it. Nothing may be reached but DNS: the servers' own rules are part of `VaultCluster`, and each
 * job brings its own.
 */
export function createVaultNamespace(
  namespace: string,
  { kubernetes, network }: Pick<Settings, "kubernetes" | "network">,
  opts: pulumi.ComponentResourceOptions,
): TrustNamespace {
  return new TrustNamespace(
    "vault-namespace",
    {
      namespace,
      podSecurity: "restricted",
      podSecurityVersion: kubernetes.version,
      network: { egressPorts: [], blockedCidrs: network.blockedCidrs },
    },
    opts,
  );
}
