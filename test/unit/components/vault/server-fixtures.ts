import { serverRelease } from "../../../../components/vault/server-release";
import type { VaultClusterArgs } from "../../../../components/vault/vault-cluster";

/** Three servers of OpenBao with a static key. */
export const clusterArgs: VaultClusterArgs = {
  release: serverRelease("openbao", "2.7.2"),
  serverName: "vault",
  namespace: "vault",
  replicas: 3,
  image: "registry/openbao:2.7.2",
  imagePullPolicy: "IfNotPresent",
  resources: { requests: { cpu: "100m", memory: "128Mi" } },
  antiAffinity: "required",
  storage: { className: "kept", data: "10Gi", audit: "5Gi" },
  updates: "onDelete",
  tls: {
    issuer: { name: "platform-ca", kind: "ClusterIssuer", group: "cert-manager.io" },
    names: ["vault.example.com"],
    duration: "2160h",
    renewBefore: "720h",
  },
  unseal: { method: "static", secret: { name: "vault-unseal", key: "key" }, keyId: "1" },
  audit: { stdout: true, file: true },
  network: {
    clientNamespaces: ["arc-runners-kubernetes"],
    apiServerPorts: [443, 6443],
    egressPorts: [443],
    blockedCidrs: ["169.254.169.254/32"],
  },
  kubernetesVersion: "1.35",
  nodeImage: "registry/node:20",
};

export const vault20 = serverRelease("vault", "2.0.4");
