import "reflect-metadata";

import { webcrypto } from "node:crypto";

import { BasicConstraintsExtension, PemConverter, X509CertificateGenerator } from "@peculiar/x509";

/** A self-signed certificate in PEM, valid around the present unless other dates are given. */
export async function certificate(options: {
  readonly subject?: string;
  readonly authority?: boolean;
  readonly from?: string;
  readonly until?: string;
}): Promise<string> {
  const { subject = "CN=Acme Root", authority = true, from = "2020-01-01", until = "2099-01-01" } = options;
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
  const keys = await webcrypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: subject,
      notBefore: new Date(from),
      notAfter: new Date(until),
      keys,
      signingAlgorithm: algorithm,
      extensions: [new BasicConstraintsExtension(authority, undefined, true)],
    },
    webcrypto,
  );
  return PemConverter.encode(made.rawData, "CERTIFICATE");
}
