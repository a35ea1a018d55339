import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { IrsaRole, type IrsaRoleArgs } from "../../../../components/aws/irsa-role";
import { policyJson } from "../../../../components/aws/policy-document";
import { trustPolicy } from "../../../../components/aws/trust-policy";
import { account, issuer, parsePolicy } from "../../../support/aws";
import { promiseOf, register } from "../../../support/mocks";

const serviceAccounts = [{ namespace: "runners", name: "ci" }];
const args: IrsaRoleArgs = {
  account,
  roleName: "cluster-ci",
  description: "Jobs",
  oidcIssuer: issuer,
  serviceAccounts,
};
const policy = policyJson([{ Sid: "Read", Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" }]);
const full: IrsaRoleArgs = {
  ...args,
  policy: pulumi.output(policy),
  managedPolicies: { driver: "service-role/AmazonEFSCSIDriverPolicy" },
  permissionsBoundary: "arn:aws:iam::111122223333:policy/boundary",
  maxSessionSeconds: 7200,
};

describe("IrsaRole", () => {
  it("registers a role alone when it is asked for nothing else", async () => {
    const registrations = await register(() => new IrsaRole("aws-ci", args));
    assert.deepEqual(registrations.list(), [
      "aws:iam/role:Role aws-ci-role < aws-ci",
      "runner-platform:index:IrsaRole aws-ci",
    ]);
    assert.deepEqual(registrations.get("aws:iam/role:Role", "aws-ci-role").inputs, {
      name: "cluster-ci",
      description: "Jobs",
      assumeRolePolicy: policyJson(trustPolicy(account, issuer, serviceAccounts)),
      maxSessionDuration: 3600,
    });
  });

  for (const preview of [false, true]) {
    it(`registers policy and attachments under the component${preview ? ", in a preview too" : ""}`, async () => {
      const registrations = await register(() => new IrsaRole("aws-ci", full), { preview });
      assert.deepEqual(registrations.list(), [
        "aws:iam/role:Role aws-ci-role < aws-ci",
        "aws:iam/rolePolicy:RolePolicy aws-ci-policy < aws-ci",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment aws-ci-driver < aws-ci",
        "runner-platform:index:IrsaRole aws-ci",
      ]);
    });
  }

  it("gives role, policy and attachment what they were asked for", async () => {
    const registrations = await register(() => new IrsaRole("aws-ci", full));
    const role = registrations.get("aws:iam/role:Role", "aws-ci-role").inputs;
    assert.equal(role["permissionsBoundary"], "arn:aws:iam::111122223333:policy/boundary");
    assert.equal(role["maxSessionDuration"], 7200);
    const own = registrations.get("aws:iam/rolePolicy:RolePolicy", "aws-ci-policy").inputs;
    assert.deepEqual(own, { name: "permissions", role: "cluster-ci", policy });
    assert.deepEqual(parsePolicy(own["policy"]).Statement.length, 1);
    assert.deepEqual(registrations.get("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws-ci-driver").inputs, {
      role: "cluster-ci",
      policyArn: "arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy",
    });
  });

  it("tells its ARN without asking AWS for it", async () => {
    let arn: Promise<string> | undefined;
    await register(() => {
      arn = promiseOf(new IrsaRole("aws-ci", args).arn);
    });
    assert.equal(await arn, "arn:aws:iam::111122223333:role/cluster-ci");
  });
});
