import assert from "node:assert/strict";

import {
  issuerRef,
  issuerSpec,
  leafCertificateSpec,
  loginAccount,
  rootCertificateSpec,
  signerName,
} from "../../../../components/cert-manager/issuer-specs";
import { acme, release, selfSignedCa, vault } from "./fixtures";

const current = release("1.21.2");

describe("issuerSpec", () => {
  it("signs with the Secret of the root", () => {
    assert.deepEqual(issuerSpec("platform-ca", selfSignedCa, current), { ca: { secretName: "platform-ca-root" } });
  });

  it("proves names at an ACME server by DNS with a role of its own and no keys, and by HTTP", () => {
    assert.deepEqual(issuerSpec("public", acme, current), {
      acme: {
        server: "https://acme.example.com/directory",
        email: "platform@example.com",
        privateKeySecretRef: { name: "acme-account" },
        solvers: [
          {
            dns01: {
              route53: {
                region: "eu-central-1",
                hostedZoneID: "Z0123456789ABCDEFGHIJ",
                role: "arn:aws:iam::123456789012:role/dns",
                auth: { kubernetes: { serviceAccountRef: { name: "public-dns01" } } },
              },
            },
          },
          { http01: { ingress: { ingressClassName: "nginx" } } },
        ],
      },
    });
  });

  it("names the ingress class as 1.11 knows it, and leaves out what is not given", () => {
    const http = { ...acme, email: undefined, dns01: undefined };
    assert.deepEqual(issuerSpec("public", http, release("1.11.5")), {
      acme: {
        server: "https://acme.example.com/directory",
        privateKeySecretRef: { name: "acme-account" },
        solvers: [{ http01: { ingress: { class: "nginx" } } }],
      },
    });
  });

  it("logs in to Vault by a ServiceAccount for an audience, and hands the authority over in base64", () => {
    assert.deepEqual(issuerSpec("vault", vault, current), {
      vault: {
        server: "https://vault.vault.svc:8200",
        path: "pki/sign/platform",
        caBundle: Buffer.from(vault.caBundle).toString("base64"),
        auth: {
          kubernetes: {
            role: "cert-manager",
            mountPath: "/v1/auth/kubernetes",
            serviceAccountRef: { name: "vault-issuer", audiences: ["https://vault.example.com"] },
          },
        },
      },
    });
  });
});

describe("certificates", () => {
  it("of a root keep their key, so that what either root signed is verified by the other", () => {
    const spec = rootCertificateSpec("platform-ca", selfSignedCa, issuerRef("bootstrap", "cert-manager"));
    assert.deepEqual(spec, {
      isCA: true,
      commonName: "platform",
      secretName: "platform-ca-root",
      duration: "87600h",
      renewBefore: "17520h",
      privateKey: { algorithm: "ECDSA", size: 384, rotationPolicy: "Never" },
      usages: ["digital signature", "cert sign", "crl sign"],
      issuerRef: { name: "bootstrap", kind: "Issuer", group: "cert-manager.io" },
    });
  });

  it("of a root have the size that fits their algorithm", () => {
    const key = (keyAlgorithm: "RSA" | "Ed25519") =>
      rootCertificateSpec("a", { ...selfSignedCa, keyAlgorithm }, issuerRef("b", "n"))["privateKey"];
    assert.deepEqual(key("RSA"), { algorithm: "RSA", size: 4096, rotationPolicy: "Never" });
    assert.deepEqual(key("Ed25519"), { algorithm: "Ed25519", rotationPolicy: "Never" });
  });

  it("of a service get a new key each time", () => {
    const spec = leafCertificateSpec({
      secretName: "vault-tls",
      issuer: issuerRef("platform-ca", undefined),
      dnsNames: ["vault.vault.svc"],
      duration: "2160h",
      renewBefore: "720h",
    });
    assert.deepEqual(spec, {
      secretName: "vault-tls",
      dnsNames: ["vault.vault.svc"],
      duration: "2160h",
      renewBefore: "720h",
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      usages: ["digital signature", "server auth"],
      issuerRef: { name: "platform-ca", kind: "ClusterIssuer", group: "cert-manager.io" },
    });
  });
});

describe("names", () => {
  it("of signers hold the namespace of an Issuer, and none for a ClusterIssuer", () => {
    assert.equal(signerName(issuerRef("ca", undefined)), "clusterissuers.cert-manager.io/ca");
    assert.equal(signerName(issuerRef("ca", "vault"), "vault"), "issuers.cert-manager.io/vault.ca");
  });

  it("of accounts exist where an issuer logs in somewhere", () => {
    assert.equal(loginAccount("a", vault), "vault-issuer");
    assert.equal(loginAccount("a", acme), "a-dns01");
    assert.equal(loginAccount("a", { ...acme, dns01: undefined }), undefined);
    assert.equal(loginAccount("a", selfSignedCa), undefined);
  });
});
