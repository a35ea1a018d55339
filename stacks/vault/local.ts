import type { Layer } from "../settings";

/**
 * Vault in the sandbox: three servers on one node, which open themselves with a key that lies in the cluster. What depends on the running
 * sandbox (addresses of GitHub's issuer and of the object stores) comes from stack configuration.
 */
export const localVault: NonNullable<Layer["vault"]> = {
  distribution: "openbao",
  version: "2.7.2",
  image: "docker.io/runner-platform/openbao:2.7.2",
  antiAffinity: "preferred",
  updates: "rolling",
  resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { cpu: "1", memory: "320Mi" } },
  storage: { className: "folders", data: "256Mi", audit: "64Mi" },
  audit: { rotate: { size: "8Mi", files: 3 } },
  tls: { issuer: "platform-ca" },
  // One restart takes no hands; whoever can read Secrets of this cluster can open this Vault.
  unseal: { method: "static", secret: { name: "vault-unseal", key: "key" }, keyId: "sandbox-1", generate: true },
  initialization: { shares: 1, threshold: 1, keepSharesInSecret: true },
  logins: {
    policies: {
      harbor: { read: ["harbor"] },
      "image-tags": { read: ["devcontainer/*"] },
      "image-tags-writer": { write: ["devcontainer/*"] },
      "secrets-owner": { write: ["harbor", "devcontainer/*"] },
    },
    services: {
      "developer-portal": {
        policies: ["image-tags"],
        namespace: "developer-portal",
        serviceAccount: "developer-portal",
      },
      // Who writes the secrets that workflows read.
      "secrets-owner": { policies: ["secrets-owner"], namespace: "secrets-owner", serviceAccount: "secrets-owner" },
    },
  },
};
