import "reflect-metadata";

import { webcrypto } from "node:crypto";

import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralNames,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const validity = { notBefore: new Date("2020-01-01"), notAfter: new Date("2099-01-01") };

/** Certificate and key in PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** An authority that exists for one test. */
export class TestAuthority {
  private constructor(
    private readonly root: X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  public static async create(): Promise<TestAuthority> {
    const keys = await newKeys();
    const root = await X509CertificateGenerator.createSelfSigned(
      {
        name: "CN=test authority",
        ...validity,
        keys,
        signingAlgorithm: algorithm,
        extensions: [new BasicConstraintsExtension(true, undefined, true)],
      },
      webcrypto,
    );
    return new TestAuthority(root, keys);
  }

  public get pem(): string {
    return PemConverter.encode(this.root.rawData, "CERTIFICATE");
  }

  /** As cert-manager issues one for servers: another key each time. */
  public async issue(names: JsonGeneralNames): Promise<ServerCertificate> {
    const keys = await newKeys();
    const made = await X509CertificateGenerator.create(
      {
        subject: "CN=server",
        issuer: this.root.subject,
        ...validity,
        publicKey: keys.publicKey,
        signingKey: this.keys.privateKey,
        signingAlgorithm: algorithm,
        extensions: [
          new SubjectAlternativeNameExtension(names),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        ],
      },
      webcrypto,
    );
    const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    return {
      certificate: PemConverter.encode(made.rawData, "CERTIFICATE"),
      key: PemConverter.encode(key, "PRIVATE KEY"),
    };
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}
