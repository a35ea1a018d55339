import type { Layer } from "../settings";

/**
 * What the section `vault` holds besides an environment's own values; it takes effect only where an environment has the section. How servers are
 * unsealed has no default: every way has a price that somebody must have agreed to.
 *
 * Version and image belong together. Vault itself is taken with `distribution: vault`, its version and `docker.io/hashicorp/vault:VERSION`.
 */
export const vaultDefaults: NonNullable<Layer["vault"]> = {
  distribution: "openbao",
  version: "2.7.2",
  image: "quay.io/openbao/openbao:2.7.2",
  name: "vault",
  namespace: "vault",
  replicas: 3,
  resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "1Gi" } },
  antiAffinity: "required",
  storage: { data: "10Gi", audit: "10Gi" },
  updates: "onDelete",
  tls: { names: [], duration: "2160h", renewBefore: "720h" },
  initialization: { shares: 5, threshold: 3, keepSharesInSecret: false },
  // Less than a third of the volume. More than the pod's log keeps, and enough for whoever collects files once a day.
  audit: { enabled: true, stdout: true, file: true, rotate: { size: "256Mi", files: 10 } },
  provisioner: { login: "kubernetes" },
  clientNamespaces: [],
  clientCidrs: [],
  // GitHub's issuer of tokens.
  egressPorts: [443],
  logins: { github: {}, services: {}, policies: {}, secretMount: "secret", secretVersions: 10 },
};
