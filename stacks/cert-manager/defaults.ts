import type { Layer } from "../settings";

/** What the section `certManager` holds in every environment; versions of other people's software are pinned here as in ../defaults.ts. */
export const certManagerDefaults: NonNullable<Layer["certManager"]> = {
  mode: "none",
  namespace: "cert-manager",
  version: "1.21.2",
  chart: { chart: "cert-manager", repository: "https://charts.jetstack.io", version: "v1.21.2" },
  crds: "keep",
  images: {
    controller: "quay.io/jetstack/cert-manager-controller:v1.21.2",
    webhook: "quay.io/jetstack/cert-manager-webhook:v1.21.2",
    cainjector: "quay.io/jetstack/cert-manager-cainjector:v1.21.2",
    acmesolver: "quay.io/jetstack/cert-manager-acmesolver:v1.21.2",
  },
  replicas: 2,
  resources: {
    controller: { requests: { cpu: "20m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
    webhook: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
    // It holds every Secret of the cluster in memory.
    cainjector: { requests: { cpu: "20m", memory: "96Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
  },
  approver: { scope: "listed", signers: [] },
  issuers: {},
};
