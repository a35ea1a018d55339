import assert from "node:assert/strict";

import { needsUnsealer, unsealOf, vaultClusterArgs } from "../../../components/vault/cluster-from-settings";
import { type Changes, messageOf, settingsOf } from "../../support/settings";
import { aws, hashicorp, kms, pgpKey, plugin, produced, transit, vault } from "./vault-fixtures";

describe("settings of Vault that are right", () => {
  const cases: Readonly<Record<string, Changes>> = {
    "a key that the stack makes, in development": vault(),
    production: produced(),
    "AWS, with a key that the stack makes": vault(
      { unseal: { method: "awskms", plugin } },
      { aws: { ...aws, unseal: {} } },
    ),
    "AWS, with somebody else's key": vault({
      ...hashicorp,
      unseal: { method: "awskms", keyArn: kms, region: "eu-central-1" },
    }),
    "shares that people enter": vault({
      ...hashicorp,
      unseal: { method: "shamir" },
      initialization: { shares: 2, threshold: 2, keepSharesInSecret: false, pgpKeys: ["A", "B"].map(pgpKey) },
    }),
    "an address with a name of the certificate": vault({
      provisioner: { address: "https://10.0.0.1:8200", tlsServerName: "vault-active.vault.svc" },
    }),
    "a name of its own": vault({
      tls: { issuer: "platform-ca", names: ["vault.example.com"] },
      provisioner: { address: "https://vault.example.com" },
    }),
    "a server's name": vault({ provisioner: { address: "https://vault-0.vault-internal.vault.svc:8200" } }),
  };
  for (const [what, changes] of Object.entries(cases)) {
    it(`may have ${what}`, () => {
      assert.equal(settingsOf("dev", changes).vault?.replicas, 3);
    });
  }

  it("are absent unless an environment has them", () => {
    assert.equal(settingsOf("dev").vault, undefined);
  });

  it("leave nothing open but how servers are unsealed and who issues their certificate", () => {
    const message = messageOf("dev", { vault: {} });
    assert.deepEqual(message.match(/^ {2}[\w.]+(?=:)/gm), ["  vault.tls.issuer", "  vault.unseal"]);
  });
});

describe("vaultClusterArgs", () => {
  const issuer = { name: "platform-ca", kind: "ClusterIssuer", group: "cert-manager.io" } as const;
  const argsOf = (changes: Changes) => {
    const settings = settingsOf("dev", changes);
    if (!settings.vault) throw new Error("there is no Vault");
    return vaultClusterArgs(settings.vault, settings, { issuer });
  };

  it("lets in those who fetch secrets, and no namespace twice", () => {
    const { network } = argsOf(vault({ clientNamespaces: ["portal", "arc-runners-dind"] }));
    assert.deepEqual(network.clientNamespaces, ["arc-runners-dind", "arc-runners-kubernetes", "portal"]);
  });

  it("knows key and role of AWS before they are made", () => {
    const { unseal, unsealRoleArn, network } = argsOf(
      vault({ unseal: { method: "awskms", plugin }, egressPorts: [] }, { aws: { ...aws, unseal: {} } }),
    );
    assert.deepEqual(unseal, {
      method: "awskms",
      region: "eu-central-1",
      keyArn: "alias/prod-vault-unseal",
      plugin,
    });
    assert.equal(unsealRoleArn, "arn:aws:iam::111122223333:role/prod-vault-unseal");
    assert.deepEqual(network.egressPorts, [443]);
  });

  it("opens the port of the other Vault", () => {
    const { network } = argsOf(vault({ unseal: transit("https://root.example.com:8300"), egressPorts: [] }));
    assert.deepEqual(network.egressPorts, [8300]);
  });

  it("lies on the retained class where there is one", () => {
    const local = { backend: "local", local: { provisioner: "example.com/folders" } };
    const className = (storage: object, changes: object = {}) =>
      argsOf(vault(changes, { storage: { ...local, ...storage } })).storage.className;
    assert.equal(className({ classes: { retained: "kept" } }), "kept");
    assert.equal(className({}), "rook-ceph-block");
    assert.equal(className({ classes: { retained: "kept" } }, { storage: { className: "fast" } }), "fast");
  });

  it("has no audit devices where settings have none, and is protected in production", () => {
    assert.equal(argsOf(vault({ audit: { enabled: false } })).audit, undefined);
    assert.equal(argsOf(vault()).protect, false);
    assert.equal(argsOf(produced()).protect, true);
  });

  it("unseals by a side-car only from shares in a Secret", () => {
    const needed = (changes: object) => {
      const settings = settingsOf("dev", vault(changes));
      return settings.vault && needsUnsealer(settings.vault);
    };
    assert.equal(needed({}), false);
    assert.equal(needed({ unseal: { method: "shamir" } }), true);
    const { vault: own, ...settings } = settingsOf("dev", vault());
    assert.deepEqual(own && unsealOf(own, settings), {
      method: "static",
      secret: { name: "vault-unseal", key: "key" },
      keyId: "1",
    });
  });
});
