import "reflect-metadata";

import { webcrypto } from "node:crypto";

import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A server's certificate with its key, and the authority that it is of; PEM. */
export interface Identity {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** An authority of its own, and a certificate for 127.0.0.1 and localhost. */
export async function makeIdentity({ until = "2099-01-01" }: { readonly until?: string } = {}): Promise<Identity> {
  const [authorityKeys, keys] = await Promise.all([
    webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]),
    webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]),
  ]);
  const common = { notBefore: new Date("2020-01-01"), signingAlgorithm: algorithm };
  const authority = await X509CertificateGenerator.createSelfSigned(
    {
      ...common,
      name: "CN=Test Root",
      notAfter: new Date("2099-01-01"),
      keys: authorityKeys,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    },
    webcrypto,
  );
  const certificate = await X509CertificateGenerator.create(
    {
      ...common,
      subject: "CN=vault",
      issuer: authority.subject,
      notAfter: new Date(until),
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      extensions: [
        new SubjectAlternativeNameExtension([
          { type: "ip", value: "127.0.0.1" },
          { type: "dns", value: "localhost" },
        ]),
      ],
    },
    webcrypto,
  );
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    authority: PemConverter.encode(authority.rawData, "CERTIFICATE"),
    certificate: PemConverter.encode(certificate.rawData, "CERTIFICATE"),
    key: PemConverter.encode(key, "PRIVATE KEY"),
  };
}
