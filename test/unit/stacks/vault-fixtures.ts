import assert from "node:assert/strict";

import { pgpKey as generatedKey } from "../components/vault/init-pgp-fixtures";
import { type Changes, messageOf } from "../../support/settings";

export const digest = `@sha256:${"ab".repeat(32)}`;
/** The public key of somebody with that letter. */
export const pgpKey = (letter: string): string =>
  generatedKey(
    { tag: 6, flags: 0x03, signature: 0x13, created: 1_700_000_000 + letter.charCodeAt(0) },
    { tag: 14, flags: 0x0c },
  );
export const kms = "arn:aws:kms:eu-central-1:111122223333:key/0123abcd";
export const plugin = { folder: "/usr/local/plugins", command: "openbao-plugin-kms-aws", sha256: "ab".repeat(32) };
export const staticKey = { method: "static", secret: { name: "vault-unseal", key: "key" }, keyId: "1", generate: true };
export const issuers = { "platform-ca": { selfSignedCa: { commonName: "Acme" } } };
export const aws = {
  region: "eu-central-1",
  accountId: "111122223333",
  cluster: {
    name: "prod",
    oidcIssuer: "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
  },
};

/** Images of the platform with digests, as production wants them. */
export const images = {
  requireDigest: true,
  ...Object.fromEntries(
    ["controller", "runner", "dind", "node"].map((key) => [key, `registry.example.com/${key}:1${digest}`]),
  ),
};

/** A development stack with Vault, and some of it changed. */
export function vault(changes: object = {}, others: Changes = {}): Changes {
  return {
    certManager: { mode: "existing", issuers },
    vault: {
      image: `quay.io/openbao/openbao:2.7.2${digest}`,
      tls: { issuer: "platform-ca" },
      unseal: staticKey,
      initialization: { shares: 1, threshold: 1, keepSharesInSecret: true },
      ...changes,
    },
    ...others,
  };
}

/** As it may run in production. */
export const produced = (changes: object = {}, others: Changes = {}): Changes =>
  vault(
    {
      unseal: {
        method: "transit",
        address: "https://root.example.com",
        mountPath: "transit",
        keyName: "k",
        tokenSecret: { name: "t", key: "token" },
      },
      initialization: { shares: 3, threshold: 2, keepSharesInSecret: false, pgpKeys: ["A", "B", "C"].map(pgpKey) },
      ...changes,
    },
    { production: true, images, ...others },
  );

export const hashicorp = { distribution: "vault", version: "2.0.4", image: `docker.io/hashicorp/vault:2.0.4${digest}` };
export const transit = (address: string) => ({
  method: "transit",
  address,
  mountPath: "transit",
  keyName: "k",
  tokenSecret: { name: "t", key: "token" },
});

/** Tests that settings are refused, for the inside of a `describe`: what is wrong, the settings, and every problem that is named. */
export function testRefusals(cases: readonly (readonly [string, Changes, readonly string[]])[]): void {
  for (const [what, changes, problems] of cases) {
    it(`may not have ${what}`, () => {
      const [count, ...lines] = messageOf("dev", changes).split("\n");
      assert.deepEqual(
        lines.map((line) => line.trim()),
        problems,
        count,
      );
    });
  }
}
