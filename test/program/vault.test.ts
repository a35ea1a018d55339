import assert from "node:assert/strict";

import type { Registrations } from "../support/mocks";
import { pgpKey } from "../unit/stacks/vault-fixtures";
import { type Run, runExample } from "./examples";

const logins = {
  policies: { harbor: { read: ["harbor"] } },
  github: {
    github: {
      issuer: "https://token.actions.githubusercontent.com",
      repositoryOwnerId: "1234567",
      audience: "https://vault.example.com",
      roles: { "harbor-reader": { policies: ["harbor"], repositoryIds: ["7654321"] } },
    },
  },
};
const common = {
  tls: { issuer: "platform" },
  initialization: { shares: 3, threshold: 2, pgpKeys: ["A", "B", "C"].map(pgpKey) },
  logins,
};

interface Pod {
  readonly serviceAccountName: string;
  readonly containers: readonly { readonly name: string; readonly image: string }[];
}

function podOf(registrations: Registrations): Pod {
  const { inputs } = registrations.get("kubernetes:apps/v1:StatefulSet", "vault-servers");
  return (inputs["spec"] as { readonly template: { readonly spec: Pod } }).template.spec;
}

function configOf(registrations: Registrations): string {
  const { inputs } = registrations.get("kubernetes:core/v1:ConfigMap", "vault-config");
  return Object.values(inputs["data"] as Readonly<Record<string, string>>).join("\n");
}

describe("the program of stack prod with Vault", () => {
  const tokenSecret = { name: "vault-transit", key: "token" };
  const unseal = {
    method: "transit",
    address: "https://root.example.com",
    mountPath: "transit",
    keyName: "ci",
    tokenSecret,
  };
  const vault = {
    ...common,
    distribution: "vault",
    version: "2.0.4",
    image: "docker.io/hashicorp/vault:2.0.4",
    unseal,
  };
  let run: Run;
  before(async () => {
    run = await runExample("prod", false, { vault });
  });

  it("has servers of the distribution that nobody can delete by mistake", () => {
    const { protect } = run.registrations.get("kubernetes:apps/v1:StatefulSet", "vault-servers");
    assert.ok(protect);
    assert.match(podOf(run.registrations).containers[0]?.image ?? "", /\/hashicorp\/vault:2\.0\.4$/);
    assert.match(configOf(run.registrations), /seal "transit"/);
    assert.ok(run.registrations.get("vault:index/mount:Mount", "vault-configuration-secrets").protect);
  });

  it("registers the same in a preview, where Vault is not there yet", async () => {
    const preview = await runExample("prod", true, { vault });
    assert.deepEqual(preview.registrations.list(), run.registrations.list());
  });

  it("gives Vault's provider names of files, and no token", () => {
    const { inputs, secretPaths } = run.registrations.get("pulumi:providers:vault", "platform-vault");
    assert.deepEqual(Object.keys(inputs).sort(), [
      "address",
      "authLoginTokenFile",
      "caCertFile",
      "maxLeaseTtlSeconds",
      "maxRetries",
      "skipChildToken",
    ]);
    assert.deepEqual(secretPaths, []);
  });

  it("puts alerts beside it", () => {
    const rules = run.registrations.ofType("kubernetes:monitoring.coreos.com/v1:PrometheusRule");
    assert.ok(rules.some(({ inputs }) => JSON.stringify(inputs).includes("VaultSealed")));
  });
});

describe("the program of stack eks with Vault", () => {
  it("opens it by the key of the account, with the role that is made for it", async () => {
    const unseal = {
      method: "awskms",
      plugin: { folder: "/usr/local/plugins", command: "openbao-plugin-kms-aws", sha256: "ab".repeat(32) },
    };
    const store = { region: "eu-central-1", bucket: "vault-snapshots", credentials: { kind: "webIdentity" } };
    const backup = {
      drill: {},
      stores: { home: store, away: { ...store, region: "eu-west-1", bucket: "vault-snapshots-away" } },
    };
    const { registrations } = await runExample("eks", false, { vault: { ...common, unseal, backup } });
    const account = registrations.get("kubernetes:core/v1:ServiceAccount", "vault-service-account");
    const { name, annotations } = account.inputs["metadata"] as {
      readonly name: string;
      readonly annotations: Readonly<Record<string, string>>;
    };
    assert.equal(annotations["eks.amazonaws.com/role-arn"], "arn:aws:iam::111122223333:role/ci-vault-unseal");
    assert.equal(podOf(registrations).serviceAccountName, name);
    const { name: job } = registrations.get("kubernetes:core/v1:ServiceAccount", "vault-backup-service-account").inputs[
      "metadata"
    ] as { readonly name: string };
    assert.equal(job, "vault-backup", "the account that the role of backups trusts");
    assert.match(configOf(registrations), /seal "awskms"[^}]*alias\/ci-vault-unseal/);
    const drill = registrations.get("kubernetes:core/v1:ServiceAccount", "vault-drill-service-account").inputs;
    const { name: drillAccount, annotations: ofDrill } = drill["metadata"] as {
      readonly name: string;
      readonly annotations: Readonly<Record<string, string>>;
    };
    assert.deepEqual(
      [drillAccount, ofDrill["eks.amazonaws.com/role-arn"]],
      ["vault-drill", "arn:aws:iam::111122223333:role/ci-vault-drill"],
    );
    const files = registrations.get("kubernetes:core/v1:ConfigMap", "vault-drill-config").inputs["data"] as Readonly<
      Record<string, string>
    >;
    assert.match(files["server.hcl"] ?? "", /seal "awskms"[^}]*alias\/ci-vault-unseal/);
    assert.match(files["config.json"] ?? "", /role\/ci-vault-drill/);
  });
});
