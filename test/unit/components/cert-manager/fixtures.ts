import type { CertManagerArgs } from "../../../../components/cert-manager/cert-manager";
import { type CertManagerRelease, certManagerRelease } from "../../../../components/cert-manager/release";

/** A release that must be served. */
export function release(version: string): CertManagerRelease {
  const found = certManagerRelease(version);
  if (!found) throw new Error(`${version} is not served`);
  return found;
}

const small = { requests: { cpu: "10m", memory: "32Mi" } };

export const resources = { controller: small, webhook: small, cainjector: small };

export const install: NonNullable<CertManagerArgs["install"]> = {
  chart: "cert-manager",
  chartRepository: "https://charts.example.com",
  chartVersion: "v1.21.2",
  keepDefinitions: true,
  images: {
    controller: "registry/controller:v1.21.2",
    webhook: "registry/webhook:v1.21.2@sha256:abc",
    cainjector: "registry/cainjector:v1.21.2",
    acmesolver: "registry/acmesolver:v1.21.2",
  },
  imagePullPolicy: "IfNotPresent",
  replicas: 2,
  resources,
  signers: ["issuers.cert-manager.io/cert-manager.bootstrap"],
  monitoring: { rules: true, labels: { release: "prometheus" }, runbookBaseUrl: "https://git.example.com/runbooks" },
};

export const selfSignedCa = {
  kind: "selfSignedCa",
  commonName: "platform",
  duration: "87600h",
  renewBefore: "17520h",
  keyAlgorithm: "ECDSA",
} as const;

export const acme = {
  kind: "acme",
  server: "https://acme.example.com/directory",
  email: "platform@example.com",
  privateKeySecretName: "acme-account",
  http01: { ingressClassName: "nginx" },
  dns01: {
    region: "eu-central-1",
    hostedZoneId: "Z0123456789ABCDEFGHIJ",
    roleArn: "arn:aws:iam::123456789012:role/dns",
  },
} as const;

export const vault = {
  kind: "vault",
  server: "https://vault.vault.svc:8200",
  path: "pki/sign/platform",
  role: "cert-manager",
  mountPath: "/v1/auth/kubernetes",
  serviceAccountName: "vault-issuer",
  audience: "https://vault.example.com",
  caBundle: "-----BEGIN CERTIFICATE-----\nx",
} as const;
