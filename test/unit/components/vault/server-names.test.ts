import assert from "node:assert/strict";

import { certificateNames, podHost, serverPods } from "../../../../components/vault/server-names";
import { isServed, serverRelease } from "../../../../components/vault/server-release";

describe("certificateNames", () => {
  const place = { name: "vault", namespace: "secrets" };

  it("has each Service and each server in every form of DNS", () => {
    assert.deepEqual(certificateNames(place, ["vault.example.com"]), [
      "vault",
      "vault.secrets",
      "vault.secrets.svc",
      "vault.secrets.svc.cluster.local",
      "vault-active",
      "vault-active.secrets",
      "vault-active.secrets.svc",
      "vault-active.secrets.svc.cluster.local",
      "vault-standby",
      "vault-standby.secrets",
      "vault-standby.secrets.svc",
      "vault-standby.secrets.svc.cluster.local",
      "*.vault-internal",
      "*.vault-internal.secrets",
      "*.vault-internal.secrets.svc",
      "*.vault-internal.secrets.svc.cluster.local",
      "localhost",
      "vault.example.com",
    ]);
  });

  it("covers the names by which servers find each other", () => {
    const wildcard = "*.vault-internal.secrets.svc";
    assert.ok(certificateNames(place, []).includes(wildcard));
    for (const pod of serverPods("vault", 5)) assert.equal(podHost(place, pod).replace(/^[^.]+/, "*"), wildcard);
  });
});

describe("serverRelease", () => {
  const cases = [
    ["openbao", "2.7.0", { kmsPlugin: true, reloadsCertificates: true, staticSeal: true, auditInConfig: true }],
    ["openbao", "2.6.3", { kmsPlugin: false, reloadsCertificates: false, staticSeal: true, auditInConfig: true }],
    ["openbao", "3.0.0", { kmsPlugin: true, reloadsCertificates: true, staticSeal: true, auditInConfig: true }],
    ["vault", "2.1.0", { kmsPlugin: false, reloadsCertificates: false, staticSeal: false, auditInConfig: false }],
  ] as const;
  for (const [distribution, version, expected] of cases) {
    it(`knows what ${distribution} ${version} can`, () => {
      assert.deepEqual({ ...serverRelease(distribution, version), ...expected }, serverRelease(distribution, version));
    });
  }

  it("serves no release that nobody maintains", () => {
    assert.deepEqual(
      [
        isServed("vault", "1.21.9"),
        isServed("vault", "2.0.0"),
        isServed("openbao", "2.4.9"),
        isServed("openbao", "2.10.0"),
      ],
      [false, true, false, true],
    );
  });
});
