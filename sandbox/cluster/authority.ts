import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import * as x509 from "@peculiar/x509";

/** Files of one certificate and its key. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** The sandbox is thrown away long before; long enough that nobody's sandbox stops working overnight. */
const lifetimeDays = 365;

export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
  readonly names?: readonly x509.JsonGeneralName[];
}

export const dns = (value: string): x509.JsonGeneralName => ({ type: "dns", value });
export const ip = (value: string): x509.JsonGeneralName => ({ type: "ip", value });

x509.cryptoProvider.set(webcrypto);

/** What certificates are signed with. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export const pem = (bytes: ArrayBuffer, label: string): string => x509.PemConverter.encode(bytes, label);

export async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** Readable by its owner alone. */
export async function writeKey(file: string, key: webcrypto.CryptoKey): Promise<void> {
  const exported = await webcrypto.subtle.exportKey("pkcs8", key);
  writeFileSync(file, x509.PemConverter.encode(exported, "PRIVATE KEY"), { mode: 0o600 });
  chmodSync(file, 0o600);
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  // An hour back, for machines whose clock steps after boot.
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + lifetimeDays * 86_400_000) };
}

/** Makes an authority that signs itself, and writes it down. */
export async function makeAuthority(files: KeyPair, commonName: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
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

/** Issues a certificate for servers and clients alike, and writes it down with its key. */
export async function issue(files: KeyPair, subject: Subject, authority: Authority): Promise<void> {
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
