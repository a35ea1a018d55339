import type { Settings } from "../../stacks/settings";
import type { VaultSettings } from "../../stacks/vault/schema";
import { imageReference } from "../image";
import { auditLogFile, serverFolders } from "./server-config";
import { serverPods } from "./server-names";
import type { VaultCluster } from "./vault-cluster";
import type { VaultInitArgs } from "./vault-init";

/** The initialisation of a stack's servers. */
export function vaultInitArgs(vault: VaultSettings, cluster: VaultCluster, settings: Settings): VaultInitArgs {
  const { images, registry, network, production } = settings;
  const { unseal, initialization, audit } = vault;
  return {
    serverName: cluster.name,
    namespace: cluster.namespace,
    distribution: vault.distribution,
    peers: serverPods(vault.name, vault.replicas).map((name, index) => ({
      name,
      address: cluster.peerAddresses[index] ?? "",
    })),
    tlsSecretName: cluster.tlsSecretName,
    seal: unseal.method === "shamir" ? "shamir" : "auto",
    ...(unseal.method === "static" && unseal.generate && { generateSealKey: unseal.secret }),
    shares: initialization.shares,
    threshold: initialization.threshold,
    ...(initialization.pgpKeys && { pgpKeys: initialization.pgpKeys }),
    ...(vault.distribution === "vault" &&
      audit.enabled && {
        audit: { stdout: audit.stdout, ...(audit.file && { file: `${serverFolders.audit}/${auditLogFile}` }) },
      }),
    secretMount: vault.logins.secretMount,
    production,
    apiServerPorts: network.apiServerPorts,
    blockedCidrs: network.blockedCidrs,
    nodeImage: imageReference(images.node, images.mirror),
    imagePullPolicy: images.pullPolicy,
    ...(registry.pullSecret !== undefined && { pullSecret: registry.pullSecret }),
  };
}
