import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { VaultConfiguration, type VaultConfigurationArgs } from "../../../../components/vault/vault-configuration";
import { register, type Registrations } from "../../../support/mocks";

const kinds = {
  mount: "vault:index/mount:Mount",
  engine: "vault:kv/secretBackendV2:SecretBackendV2",
  policy: "vault:index/policy:Policy",
  jwtMount: "vault:jwt/authBackend:AuthBackend",
  jwtRole: "vault:jwt/authBackendRole:AuthBackendRole",
  kubernetesRole: "vault:kubernetes/authBackendRole:AuthBackendRole",
  autopilot: "vault:index/raftAutopilot:RaftAutopilot",
};

const logins: VaultConfigurationArgs["logins"] = {
  secretMount: "secret",
  secretVersions: 10,
  policies: { harbor: { read: ["harbor"] } },
  services: { portal: { policies: ["harbor"], namespace: "portal", serviceAccount: "portal" } },
  github: {
    github: {
      issuer: "https://token.actions.githubusercontent.com",
      repositoryOwnerId: "1",
      audience: "https://vault.acme.example",
      roles: { reader: { policies: ["harbor"], repositoryIds: ["2"] } },
    },
  },
};

function run(changes: Partial<VaultConfigurationArgs> = {}, preview = false): Promise<Registrations> {
  return register(
    () => {
      const servers = new pulumi.ComponentResource("test:index:Servers", "servers");
      return new VaultConfiguration("configuration", {
        logins,
        minQuorum: 3,
        protect: false,
        deletedWith: servers,
        ...changes,
      });
    },
    { preview },
  );
}

describe("VaultConfiguration", () => {
  for (const preview of [false, true]) {
    it(`makes exactly what the settings say${preview ? ", in a preview too" : ""}`, async () => {
      const { all } = await run({}, preview);
      assert.deepEqual(
        all
          .filter(({ type }) => type.startsWith("vault:"))
          .map(({ type, name, parent }) => `${type} ${name} < ${parent}`)
          .sort(),
        [
          `${kinds.autopilot} configuration-autopilot < configuration`,
          `${kinds.mount} configuration-secrets < configuration`,
          `${kinds.policy} configuration-policy-harbor < configuration`,
          `${kinds.jwtMount} configuration-github-mount < configuration-github`,
          `${kinds.jwtRole} configuration-github-reader < configuration-github`,
          `${kinds.kubernetesRole} configuration-service-portal < configuration`,
          `${kinds.engine} configuration-secrets-settings < configuration`,
        ].sort(),
      );
    });
  }

  it("has a key-value engine of version 2 that production does not let go", async () => {
    const registrations = await run({ protect: true });
    const { inputs, protect } = registrations.get(kinds.mount, "configuration-secrets");
    assert.deepEqual([inputs["path"], inputs["type"], inputs["options"]], ["secret", "kv", { version: "2" }]);
    assert.ok(protect);
    assert.deepEqual(registrations.get(kinds.engine, "configuration-secrets-settings").inputs, {
      mount: "secret",
      maxVersions: 10,
    });
  });

  it("binds workflows to one issuer, after their policies exist", async () => {
    const registrations = await run({ githubCa: "-----BEGIN CERTIFICATE-----" });
    const { inputs } = registrations.get(kinds.jwtMount, "configuration-github-mount");
    assert.deepEqual(
      [inputs["path"], inputs["oidcDiscoveryUrl"], inputs["boundIssuer"], inputs["oidcDiscoveryCaPem"]],
      ["github", logins.github["github"]?.issuer, logins.github["github"]?.issuer, "-----BEGIN CERTIFICATE-----"],
    );
    assert.equal(inputs["defaultRole"], undefined);
    const role = registrations.get(kinds.jwtRole, "configuration-github-reader");
    assert.deepEqual([role.inputs["backend"], role.inputs["roleName"]], ["github", "reader"]);
    assert.ok(role.dependencies.includes("configuration-github-mount"));
  });

  it("binds services to exact accounts and to tokens that were made for Vault", async () => {
    const { inputs, dependencies } = (await run()).get(kinds.kubernetesRole, "configuration-service-portal");
    assert.deepEqual(inputs, {
      backend: "kubernetes",
      roleName: "portal",
      boundServiceAccountNames: ["portal"],
      boundServiceAccountNamespaces: ["portal"],
      audience: "vault",
      tokenPolicies: ["harbor"],
      tokenTtl: 600,
      tokenMaxTtl: 900,
      tokenNoDefaultPolicy: true,
    });
    assert.ok(dependencies.includes("configuration-policy-harbor"));
  });

  it("gives up servers that are away, as long as a quorum is left", async () => {
    const { inputs } = (await run({ minQuorum: 5 })).get(kinds.autopilot, "configuration-autopilot");
    assert.deepEqual([inputs["cleanupDeadServers"], inputs["minQuorum"]], [true, 5]);
  });
});
