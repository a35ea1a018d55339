import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { addresses, nodeName } from "./addresses";
import type { Paths } from "./paths";

/** Files of one certificate and its key. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** All certificates and keys of the cluster, as file names. */
export interface Certificates {
  readonly authority: KeyPair;
  readonly apiServer: KeyPair;
  /** The API server's own identity towards the kubelet. */
  readonly apiServerKubeletClient: KeyPair;
  readonly kubelet: KeyPair;
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  readonly proxy: KeyPair;
  /** Signs and checks the tokens of service accounts. */
  readonly serviceAccounts: KeyPair;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** The sandbox is thrown away long before; long enough that nobody's sandbox stops working overnight. */
const lifetimeDays = 365;

interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  readonly names?: readonly x509.JsonGeneralName[];
}

const dns = (value: string): x509.JsonGeneralName => ({ type: "dns", value });
const ip = (value: string): x509.JsonGeneralName => ({ type: "ip", value });

const subjects: Readonly<Record<Exclude<keyof Certificates, "authority" | "serviceAccounts">, Subject>> = {
  apiServer: {
    commonName: "kube-apiserver",
    names: [
      ...[
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
      ].map(dns),
      ...["127.0.0.1", addresses.kubernetesService, addresses.gateway].map(ip),
    ],
  },
  apiServerKubeletClient: { commonName: "kube-apiserver-kubelet-client", organization: "system:masters" },
  kubelet: {
    commonName: `system:node:${nodeName}`,
    organization: "system:nodes",
    names: [dns(nodeName), ip(addresses.gateway)],
  },
  admin: { commonName: "sandbox-admin", organization: "system:masters" },
  controllerManager: { commonName: "system:kube-controller-manager" },
  scheduler: { commonName: "system:kube-scheduler" },
  proxy: { commonName: "system:kube-proxy" },
};

function pair(state: Paths, name: string): KeyPair {
  return { certificate: join(state.certificates, `${name}.crt`), key: join(state.certificates, `${name}.key`) };
}

/** The file names, whether the files exist or not. */
export function certificateFiles(state: Paths): Certificates {
  return {
    authority: pair(state, "authority"),
    apiServer: pair(state, "apiServer"),
    apiServerKubeletClient: pair(state, "apiServerKubeletClient"),
    kubelet: pair(state, "kubelet"),
    admin: pair(state, "admin"),
    controllerManager: pair(state, "controllerManager"),
    scheduler: pair(state, "scheduler"),
    proxy: pair(state, "proxy"),
    serviceAccounts: pair(state, "serviceAccounts"),
  };
}

/** Makes a certificate authority and all certificates, unless a complete set exists. Keys are readable by their owner alone. */
export async function ensureCertificates(state: Paths): Promise<Certificates> {
  const files = certificateFiles(state);
  const complete = join(state.certificates, "complete");
  if (existsSync(complete)) return files;
  mkdirSync(state.certificates, { recursive: true, mode: 0o700 });
  x509.cryptoProvider.set(webcrypto);
  const authority = await makeAuthority(files.authority);
  for (const [name, subject] of Object.entries(subjects)) {
    await issue(pair(state, name), subject, authority);
  }
  const serviceAccounts = await generateKeys();
  await writeKey(files.serviceAccounts.key, serviceAccounts.privateKey);
  const publicKey = await webcrypto.subtle.exportKey("spki", serviceAccounts.publicKey);
  writeFileSync(files.serviceAccounts.certificate, x509.PemConverter.encode(publicKey, "PUBLIC KEY"));
  writeFileSync(complete, "");
  return files;
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function writeKey(file: string, key: webcrypto.CryptoKey): Promise<void> {
  const exported = await webcrypto.subtle.exportKey("pkcs8", key);
  writeFileSync(file, x509.PemConverter.encode(exported, "PRIVATE KEY"), { mode: 0o600 });
  chmodSync(file, 0o600);
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  // An hour back, for machines whose clock steps after boot.
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + lifetimeDays * 86_400_000) };
}

async function makeAuthority(files: KeyPair): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=sandbox-authority",
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeKey(files.key, keys.privateKey);
  writeFileSync(files.certificate, certificate.toString("pem"));
  return { certificate, keys };
}

async function issue(files: KeyPair, subject: Subject, authority: Authority): Promise<void> {
  const keys = await generateKeys();
  const name = [
    { CN: [subject.commonName] },
    ...(subject.organization === undefined ? [] : [{ O: [subject.organization] }]),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: new x509.Name(name).toString(),
    issuer: authority.certificate.subject,
    ...validity(),
    signingKey: authority.keys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      ...(subject.names ? [new x509.SubjectAlternativeNameExtension([...subject.names])] : []),
    ],
  });
  await writeKey(files.key, keys.privateKey);
  writeFileSync(files.certificate, certificate.toString("pem"));
}

/** Content of a PEM file in base64, as kubeconfig files want it. */
export function base64Of(file: string): string {
  return readFileSync(file).toString("base64");
}
