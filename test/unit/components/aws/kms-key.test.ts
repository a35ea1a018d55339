import assert from "node:assert/strict";

import { KmsKey, type KmsKeyArgs } from "../../../../components/aws/kms-key";
import { unsealKeyPolicy } from "../../../../components/aws/kms-policy";
import { policyJson } from "../../../../components/aws/policy-document";
import { OidcProvider } from "../../../../components/aws/oidc-provider";
import { account, issuer, roleArnOf } from "../../../support/aws";
import { register } from "../../../support/mocks";

const policy = unsealKeyPolicy(account, roleArnOf("ci-vault-unseal"));
const args: KmsKeyArgs = {
  alias: "ci-vault-unseal",
  description: "Opens Vault",
  region: "eu-central-1",
  policy,
  protect: true,
};

describe("KmsKey", () => {
  for (const preview of [false, true]) {
    it(`registers a key with a name${preview ? ", in a preview too" : ""}`, async () => {
      const registrations = await register(() => new KmsKey("aws-vault-unseal", args), { preview });
      assert.deepEqual(registrations.list(), [
        "aws:kms/alias:Alias aws-vault-unseal-alias < aws-vault-unseal",
        "aws:kms/key:Key aws-vault-unseal-key < aws-vault-unseal",
        "runner-platform:index:KmsKey aws-vault-unseal",
      ]);
    });
  }

  it("is renewed, deleted after the longest time, and protected, with its policy and no other", async () => {
    const registrations = await register(() => new KmsKey("aws-vault-unseal", args));
    const key = registrations.get("aws:kms/key:Key", "aws-vault-unseal-key");
    assert.deepEqual(key.inputs, {
      description: "Opens Vault",
      region: "eu-central-1",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policyJson(policy),
    });
    assert.equal(key.protect, true);
    assert.deepEqual(registrations.get("aws:kms/alias:Alias", "aws-vault-unseal-alias").inputs, {
      name: "alias/ci-vault-unseal",
      region: "eu-central-1",
      targetKeyId: "aws-vault-unseal-key",
    });
  });

  it("can be deleted sooner and without protection where settings say so", async () => {
    const changes = { deletionWindowDays: 7, protect: false };
    const registrations = await register(() => new KmsKey("aws-vault-unseal", { ...args, ...changes }));
    const key = registrations.get("aws:kms/key:Key", "aws-vault-unseal-key");
    assert.equal(key.inputs["deletionWindowInDays"], 7);
    assert.equal(key.protect, false);
  });
});

describe("OidcProvider", () => {
  for (const preview of [false, true]) {
    it(`registers the cluster's issuer for tokens to STS alone${preview ? ", in a preview too" : ""}`, async () => {
      const registrations = await register(() => new OidcProvider("aws-oidc", { oidcIssuer: issuer, protect: true }), {
        preview,
      });
      assert.deepEqual(registrations.list(), [
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider aws-oidc-provider < aws-oidc",
        "runner-platform:index:OidcProvider aws-oidc",
      ]);
      const provider = registrations.get("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws-oidc-provider");
      assert.deepEqual(provider.inputs, { url: issuer, clientIdLists: ["sts.amazonaws.com"] });
      assert.equal(provider.protect, true);
    });
  }
});
