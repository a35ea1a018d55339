import { X509Certificate } from "node:crypto";

/**
 * What is wrong with the certificates of an authority, each in words; empty when all are right. A certificate is public, so subject and
 * dates may be shown.
 *
 * @param pem one certificate or several.
 */
export function authorityProblems(pem: string, now: Date = new Date()): string[] {
  if (pem.includes("PRIVATE KEY-----")) return ["holds a private key [hidden]"];
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (!blocks) return ["has no whole certificate"];
  return blocks.flatMap((block) => {
    const certificate = parse(block);
    return certificate ? problemsOf(certificate, now) : ["cannot be read"];
  });
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function problemsOf(certificate: X509Certificate, now: Date): string[] {
  const subject = certificate.subject.replaceAll("\n", ", ");
  if (!certificate.ca) return [`"${subject}" (until ${day(certificate.validTo)}) is no certificate authority`];
  if (new Date(certificate.validTo) < now) return [`"${subject}" expired on ${day(certificate.validTo)}`];
  if (new Date(certificate.validFrom) > now) return [`"${subject}" begins on ${day(certificate.validFrom)}`];
  return [];
}

function day(text: string): string {
  return new Date(text).toISOString().slice(0, 10);
}
