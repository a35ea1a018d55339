import type { CertManagerRelease } from "./release";

/** Something that certificates can name as their issuer. */
export interface IssuerRef {
  readonly name: string;
  readonly kind: "Issuer" | "ClusterIssuer";
  readonly group: string;
}

/** API group of cert-manager's own kinds. */
export const certManagerGroup = "cert-manager.io";

/** Name of the self-signed issuer in cert-manager's namespace. */
export const bootstrapIssuer = "bootstrap";

/** How certificates name an issuer that this platform makes. */
export function issuerRef(name: string, namespace: string | undefined): IssuerRef {
  return { name, kind: namespace === undefined ? "ClusterIssuer" : "Issuer", group: certManagerGroup };
}

/** An authority of the platform's own: a root certificate that signs itself, and an issuer that signs with it. */
export interface SelfSignedCa {
  readonly kind: "selfSignedCa";
  readonly commonName: string;
  /** Life of the root. */
  readonly duration: string;
  /** How long before its end it is issued anew, with the same key. */
  readonly renewBefore: string;
  readonly keyAlgorithm: "ECDSA" | "RSA" | "Ed25519";
}

/** An ACME server such as Let's Encrypt, which has to be shown that a name is one's own: by HTTP, by DNS, or by either. */
export interface Acme {
  readonly kind: "acme";
  readonly server: string;
  readonly email?: string;
  readonly privateKeySecretName: string;
  readonly http01?: { readonly ingressClassName: string };
  /** Route 53, with the role that {@link loginAccount} may assume. */
  readonly dns01?: { readonly region: string; readonly hostedZoneId: string; readonly roleArn: string };
}

/** A PKI engine of Vault, with a login by the short-lived token of {@link loginAccount}. */
export interface Vault {
  readonly kind: "vault";
  readonly server: string;
  readonly path: string;
  readonly role: string;
  readonly mountPath: string;
  readonly serviceAccountName: string;
  readonly audience: string;
  /** PEM. */
  readonly caBundle?: string;
}

export type IssuerSource = SelfSignedCa | Acme | Vault;

/** Name of the self-signed issuer beside an Issuer of a namespace, which cannot use one of another. */
export function bootstrapName(issuer: string): string {
  return `${issuer}-bootstrap`;
}

/** Name of the root certificate of an issuer, and of the Secret with its key. */
export function rootName(issuer: string): string {
  return `${issuer}-root`;
}

/** The ServiceAccount whose tokens cert-manager asks for in the name of an issuer; none where the issuer logs in nowhere. */
export function loginAccount(issuer: string, source: IssuerSource): string | undefined {
  if (source.kind === "vault") return source.serviceAccountName;
  return source.kind === "acme" && source.dns01 ? `${issuer}-dns01` : undefined;
}

/** The `spec` of an Issuer or ClusterIssuer. */
export function issuerSpec(
  name: string,
  source: IssuerSource,
  release: Pick<CertManagerRelease, "ingressClassName">,
): Record<string, unknown> {
  switch (source.kind) {
    case "selfSignedCa":
      return { ca: { secretName: rootName(name) } };
    case "acme":
      return { acme: acmeSpec(name, source, release) };
    case "vault":
      return { vault: vaultSpec(source) };
  }
}

function acmeSpec(
  name: string,
  source: Acme,
  { ingressClassName }: Pick<CertManagerRelease, "ingressClassName">,
): Record<string, unknown> {
  const { server, email, privateKeySecretName, http01, dns01 } = source;
  return {
    server,
    ...(email !== undefined && { email }),
    privateKeySecretRef: { name: privateKeySecretName },
    solvers: [
      ...(dns01 ? [{ dns01: { route53: route53Spec(name, source, dns01) } }] : []),
      ...(http01
        ? [{ http01: { ingress: { [ingressClassName ? "ingressClassName" : "class"]: http01.ingressClassName } } }]
        : []),
    ],
  };
}

function route53Spec(
  name: string,
  source: Acme,
  { region, hostedZoneId, roleArn }: NonNullable<Acme["dns01"]>,
): Record<string, unknown> {
  const serviceAccountRef = { name: loginAccount(name, source) };
  return { region, hostedZoneID: hostedZoneId, role: roleArn, auth: { kubernetes: { serviceAccountRef } } };
}

function vaultSpec({ server, path, role, mountPath, serviceAccountName, audience, caBundle }: Vault) {
  return {
    server,
    path,
    ...(caBundle !== undefined && { caBundle: Buffer.from(caBundle, "utf8").toString("base64") }),
    auth: {
      kubernetes: { role, mountPath, serviceAccountRef: { name: serviceAccountName, audiences: [audience] } },
    },
  };
}

const keySizes = { ECDSA: { size: 384 }, RSA: { size: 4096 }, Ed25519: {} } as const;

/**
 * The `spec` of a root certificate. It keeps its key when it is issued anew: whoever trusts the old root verifies what the new one signed, and
 * the other way round, for as long as both are valid.
 */
export function rootCertificateSpec(
  name: string,
  { commonName, duration, renewBefore, keyAlgorithm }: SelfSignedCa,
  bootstrap: IssuerRef,
): Record<string, unknown> {
  return {
    isCA: true,
    commonName,
    secretName: rootName(name),
    duration,
    renewBefore,
    privateKey: { algorithm: keyAlgorithm, ...keySizes[keyAlgorithm], rotationPolicy: "Never" },
    usages: ["digital signature", "cert sign", "crl sign"],
    issuerRef: { ...bootstrap },
  };
}

export interface LeafCertificateArgs {
  readonly secretName: string;
  readonly issuer: IssuerRef;
  readonly dnsNames: readonly string[];
  /** Life of a certificate; not longer than the issuer's `leafDuration`. */
  readonly duration: string;
  readonly renewBefore: string;
  /** @default server auth */
  readonly usages?: readonly string[];
}

/** The `spec` of a Certificate of a service: a new key each time, since nobody trusts the key itself. */
export function leafCertificateSpec(args: LeafCertificateArgs): Record<string, unknown> {
  const { secretName, issuer, dnsNames, duration, renewBefore, usages = ["server auth"] } = args;
  return {
    secretName,
    dnsNames: [...dnsNames],
    duration,
    renewBefore,
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    usages: ["digital signature", ...usages],
    issuerRef: { ...issuer },
  };
}

/** The name under which an issuer's requests are approved: rights to the verb `approve` are given on it. */
export function signerName({ name, kind, group }: IssuerRef, namespace?: string): string {
  return kind === "ClusterIssuer" ? `clusterissuers.${group}/${name}` : `issuers.${group}/${namespace ?? ""}.${name}`;
}
