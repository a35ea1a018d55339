import { z } from "zod";

import { durationAllowed, durationSeconds } from "../../components/go-duration";
import { dnsLabel, helmChart, image, listOf, mapOf, matching, oneOf, resources, text, whole } from "../schema";

/**
 * The settings section `certManager`: who issues certificates. What follows from several settings together, such as which kind an issuer is of,
 * is judged in checks.ts and issuer-checks.ts.
 */
const duration = text(durationAllowed, (value) => (durationSeconds(value) ?? 0) > 0);
const pem = text("a PEM certificate", (value) => value.includes("-----BEGIN CERTIFICATE-----"));
const secureAddress = matching(/^https:\/\/[^\s@]+$/, "an address that begins with https://");
const signer = matching(
  /^(clusterissuers|issuers)\.[a-z0-9.-]+\/\S+$/,
  "clusterissuers.cert-manager.io/NAME or issuers.cert-manager.io/NAMESPACE.NAME",
);

const selfSignedCa = z.strictObject({
  commonName: text("the name of the authority, which certificates show as their issuer"),
  /** Life of the root certificate. */
  duration: duration.default("87600h"),
  /** How long before its end the root is issued anew; no certificate of this issuer may live longer. */
  renewBefore: duration.default("17520h"),
  /** The longest life of a certificate of this issuer, and what the platform's own certificates get. */
  leafDuration: duration.default("2160h"),
  keyAlgorithm: oneOf(["ECDSA", "RSA", "Ed25519"]).default("ECDSA"),
});

const acme = z.strictObject({
  server: secureAddress,
  email: matching(/^[^\s@]+@[^\s@]+$/, "an e-mail address").optional(),
  /** Secret that cert-manager makes for the account's key. */
  privateKeySecretName: dnsLabel,
  http01: z.strictObject({ ingressClassName: dnsLabel }).optional(),
  /** Route 53, with a role that cert-manager assumes by a ServiceAccount of its own: no keys. */
  dns01: z
    .strictObject({
      region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region such as eu-central-1"),
      hostedZoneId: matching(/^Z[A-Z0-9]+$/, "the id of a hosted zone, such as Z0123456789ABCDEFGHIJ"),
      roleArn: matching(/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/, "arn:aws:iam::ACCOUNT:role/NAME"),
    })
    .optional(),
});

const vault = z.strictObject({
  server: secureAddress,
  /** Path of the PKI role, `MOUNT/sign/ROLE`. */
  path: matching(/^[\w-]+(\/[\w-]+)*\/(sign|sign-verbatim|issue)\/[\w-]+$/, "MOUNT/sign/ROLE of a PKI engine"),
  /** Role of the Kubernetes login. */
  role: text("the name of a role of Vault's Kubernetes login"),
  mountPath: matching(/^\/v1\/auth\/[\w-]+$/, "the path of the login, such as /v1/auth/kubernetes").default(
    "/v1/auth/kubernetes",
  ),
  serviceAccountName: dnsLabel,
  /** Of the token that cert-manager presents, beside the one that cert-manager always puts in. */
  audience: text("an audience that the role demands"),
  caBundle: pem.optional(),
});

const issuer = z.strictObject({
  /** Makes an Issuer of this namespace. */
  namespace: dnsLabel.optional(),
  selfSignedCa: selfSignedCa.optional(),
  acme: acme.optional(),
  vault: vault.optional(),
  existing: z
    .strictObject({
      name: text("the name of an issuer in the cluster"),
      group: matching(/^[a-z0-9.-]+$/, "the API group of the issuer").default("cert-manager.io"),
    })
    .optional(),
});

export const certManagerSchema = z.strictObject({
  mode: oneOf(["install", "existing", "none"]),
  namespace: dnsLabel,
  version: matching(/^\d+\.\d+\.\d+$/, "a release number such as 1.21.2"),
  chart: helmChart(matching(/^v?\d+\.\d+\.\d+$/, "a chart version such as v1.21.2")),
  /** What becomes of the definitions, and with them of every certificate in the cluster, when cert-manager is taken away. */
  crds: oneOf(["keep", "delete"]),
  images: z.strictObject({ controller: image, webhook: image, cainjector: image, acmesolver: image.optional() }),
  replicas: whole(1, 9),
  resources: z.strictObject({ controller: resources, webhook: resources, cainjector: resources }),
  approver: z.strictObject({
    scope: oneOf(["listed", "all"]),
    signers: listOf(signer, "a list of signers"),
  }),
  issuers: mapOf(issuer, "issuers by name"),
});

export type CertManagerSettings = z.output<typeof certManagerSchema>;
export type IssuerSettings = z.output<typeof issuer>;
export type SelfSignedCaSettings = z.output<typeof selfSignedCa>;
