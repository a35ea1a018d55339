import assert from "node:assert/strict";

import { serverRelease } from "../../../../components/vault/server-release";
import { type Unseal, unsealConfig } from "../../../../components/vault/unseal-config";

const openbao = serverRelease("openbao", "2.7.2");

describe("unsealConfig", () => {
  const secret = { name: "vault-unseal", key: "key" };

  it("mounts the key of a static seal, and the one before it", () => {
    const unseal: Unseal = {
      method: "static",
      secret,
      keyId: "2",
      previous: { secret: { name: "old", key: "k" }, keyId: "1" },
    };
    assert.deepEqual(unsealConfig(unseal, openbao).mounts, [
      { name: "vault-unseal", key: "key", volume: "seal-key", folder: "/vault/seal/current" },
      { name: "old", key: "k", volume: "seal-key-previous", folder: "/vault/seal/previous" },
    ]);
    assert.deepEqual(unsealConfig(unseal, openbao).env, []);
  });

  it("gives the token of transit as a variable, under the name that the distribution reads", () => {
    const unseal: Unseal = {
      method: "transit",
      address: "https://root.example.com",
      mountPath: "keys/transit/",
      keyName: "platform",
      tokenSecret: { name: "transit", key: "token" },
    };
    const variable = (name: string) => [{ name, valueFrom: { secretKeyRef: { name: "transit", key: "token" } } }];
    assert.deepEqual(unsealConfig(unseal, openbao).env, variable("BAO_TOKEN"));
    assert.deepEqual(unsealConfig(unseal, serverRelease("vault", "2.0.4")).env, variable("VAULT_TOKEN"));
    assert.equal(unsealConfig(unseal, openbao).blocks[0]?.attributes?.["mount_path"], "keys/transit/");
    assert.deepEqual(unsealConfig(unseal, openbao).mounts, []);
  });

  it("needs neither file nor variable for AWS and for shares", () => {
    for (const unseal of [{ method: "awskms", region: "r", keyArn: "a" }, { method: "shamir" }] as const) {
      const { mounts, env } = unsealConfig(unseal, openbao);
      assert.deepEqual([mounts, env], [[], []]);
    }
    assert.deepEqual(unsealConfig({ method: "shamir" }, openbao).blocks, []);
  });
});
