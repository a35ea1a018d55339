import assert from "node:assert/strict";

import type { PolicyDocument, Statement } from "../../../components/aws/policy-document";
import { type AccessRequest, decide } from "../../support/iam-evaluator";
import { arnMatch, wildcardMatch } from "../../support/iam-wildcards";

const role = "arn:aws:iam::111122223333:role/ci";
const request: AccessRequest = { principal: role, action: "s3:GetObject", resource: "arn:aws:s3:::bucket/key" };

const document = (...Statement: readonly Partial<Statement>[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: Statement.map((part) => ({ Sid: "Test", Effect: "Allow", Action: "s3:GetObject", ...part })),
});
const allow = document({ Resource: "arn:aws:s3:::bucket/*" });
const byPrincipal = (AWS: string | readonly string[]) => document({ Principal: { AWS }, Resource: "*" });
const root = "arn:aws:iam::111122223333:root";

/** Semantics as the IAM user guide documents them. */
describe("the evaluator of IAM policies", () => {
  it("denies what nothing allows", () => {
    assert.equal(decide(request, {}), "implicitly denied");
    assert.equal(
      decide({ ...request, resource: "arn:aws:s3:::other/key" }, { identity: [allow] }),
      "implicitly denied",
    );
    assert.equal(decide({ ...request, action: "s3:GetObjectAcl" }, { identity: [allow] }), "implicitly denied");
  });

  it("allows in one account what either side allows, and across accounts what both allow", () => {
    const across = { ...request, resourceAccount: "444455556666" };
    assert.equal(decide(request, { identity: [allow] }), "allowed");
    assert.equal(decide(request, { resource: byPrincipal(role) }), "allowed");
    assert.equal(decide(across, { identity: [allow] }), "implicitly denied");
    assert.equal(decide(across, { resource: byPrincipal(role) }), "implicitly denied");
    assert.equal(decide(across, { identity: [allow], resource: byPrincipal(role) }), "allowed");
    assert.equal(decide(across, { identity: [allow], resource: byPrincipal(root) }), "allowed");
    assert.equal(decide(across, { identity: [allow], resource: byPrincipal(`${role}-other`) }), "implicitly denied");
  });

  it("lets a policy that names the account leave the decision to the identity's policies", () => {
    assert.equal(decide(request, { resource: byPrincipal(root) }), "implicitly denied");
    assert.equal(decide(request, { resource: byPrincipal("111122223333"), identity: [allow] }), "allowed");
  });

  it("opens keys by their own policy alone", () => {
    const use = { ...request, action: "kms:Decrypt", resource: "arn:aws:kms:eu-central-1:111122223333:key/1" };
    const identity = [document({ Action: "kms:Decrypt", Resource: "*" })];
    const keyPolicy = (AWS: string) => document({ Action: "kms:*", Resource: "*", Principal: { AWS } });
    assert.equal(decide(use, { identity }), "implicitly denied");
    assert.equal(decide(use, { identity, resource: keyPolicy(root) }), "allowed");
    assert.equal(decide(use, { resource: keyPolicy(root) }), "implicitly denied");
    assert.equal(decide(use, { resource: keyPolicy(role) }), "allowed");
  });

  it("lets an explicit deny win on either side", () => {
    const deny = document({ Effect: "Deny", Resource: "*" });
    const denyAll = document({ Effect: "Deny", Resource: "*", Principal: "*", Action: "*" });
    assert.equal(decide(request, { identity: [allow, deny] }), "explicitly denied");
    assert.equal(decide(request, { identity: [allow], resource: denyAll }), "explicitly denied");
  });

  it("lets an identity provider in only by its own name", () => {
    const principal = "arn:aws:iam::111122223333:oidc-provider/issuer";
    const assume = { principal, action: "sts:AssumeRoleWithWebIdentity", resource: role };
    const trust = (Principal: Statement["Principal"] & object) => document({ Action: assume.action, Principal });
    assert.equal(decide(assume, { resource: trust({ Federated: principal }) }), "allowed");
    assert.equal(decide(assume, { resource: trust({ Federated: `${principal}-2` }) }), "implicitly denied");
    assert.equal(decide(assume, { resource: trust({ AWS: root }) }), "implicitly denied");
  });

  it("compares actions without and resources with regard to case", () => {
    assert.equal(decide({ ...request, action: "S3:getobject" }, { identity: [allow] }), "allowed");
    assert.equal(
      decide({ ...request, resource: "arn:aws:s3:::Bucket/key" }, { identity: [allow] }),
      "implicitly denied",
    );
  });

  it("reads NotAction and NotResource as everything else", () => {
    const Statement = { Sid: "Test", Effect: "Allow", NotAction: "iam:*", NotResource: "arn:aws:s3:::secret/*" };
    const identity = [{ Version: "2012-10-17", Statement: [Statement] } as unknown as PolicyDocument];
    assert.equal(decide(request, { identity }), "allowed");
    assert.equal(decide({ ...request, action: "iam:PassRole" }, { identity }), "implicitly denied");
    assert.equal(decide({ ...request, resource: "arn:aws:s3:::secret/key" }, { identity }), "implicitly denied");
  });

  const conditions: readonly (readonly [Statement["Condition"] & object, Readonly<Record<string, string>>, boolean])[] =
    [
      [{ StringEquals: { k: "a" } }, { k: "a" }, true],
      [{ StringEquals: { k: "a" } }, { k: "A" }, false],
      [{ StringEquals: { k: "a*" } }, { k: "ab" }, false],
      [{ StringEquals: { k: ["a", "b"] } }, { k: "b" }, true],
      [{ StringEquals: { k: "a" } }, {}, false],
      [{ StringEquals: { K: "a" } }, { k: "a" }, true],
      [{ StringEqualsIfExists: { k: "a" } }, {}, true],
      [{ StringEqualsIfExists: { k: "a" } }, { k: "b" }, false],
      [{ StringEqualsIgnoreCase: { k: "a" } }, { k: "A" }, true],
      [{ StringNotEquals: { k: "a" } }, { k: "b" }, true],
      [{ StringNotEquals: { k: ["a", "b"] } }, { k: "b" }, false],
      [{ StringNotEquals: { k: "a" } }, {}, true],
      [{ StringNotEqualsIfExists: { k: "a" } }, {}, true],
      [{ StringLike: { k: "a/*" } }, { k: "a/b/c" }, true],
      [{ StringLike: { k: "a/*" } }, { k: "a" }, false],
      [{ StringLike: { k: "a?" } }, { k: "abc" }, false],
      [{ StringNotLike: { k: "a*" } }, { k: "ab" }, false],
      [{ Bool: { k: "false" } }, { k: "false" }, true],
      [{ Bool: { k: "false" } }, { k: "true" }, false],
      [{ Bool: { k: "false" } }, {}, false],
      [{ Null: { k: "true" } }, {}, true],
      [{ Null: { k: "true" } }, { k: "" }, false],
      [{ Null: { k: "false" } }, { k: "a" }, true],
      [{ Null: { k: "false" } }, {}, false],
      [{ ArnLike: { k: "arn:aws:iam::*:role/ci-*" } }, { k: "arn:aws:iam::111122223333:role/ci-1" }, true],
      [{ ArnLike: { k: "arn:aws:*:role/ci" } }, { k: "arn:aws:iam::111122223333:role/ci" }, false],
      [{ ArnEquals: { k: "arn:aws:iam::111122223333:role/ci" } }, { k: "arn:aws:iam::111122223333:role/ci" }, true],
      [{ ArnNotEquals: { k: "arn:aws:iam::111122223333:role/ci" } }, {}, true],
      [{ StringEquals: { k: "a" }, Bool: { b: "true" } }, { k: "a" }, false],
      [{ StringEquals: { k: "a", l: "b" } }, { k: "a" }, false],
    ];
  for (const [Condition, context, expected] of conditions) {
    it(`finds ${JSON.stringify(Condition)} ${expected ? "" : "not "}satisfied by ${JSON.stringify(context)}`, () => {
      const identity = [document({ Resource: "*", Condition })];
      assert.equal(decide({ ...request, context }, { identity }), expected ? "allowed" : "implicitly denied");
    });
  }

  it("knows the principal's ARN and account and the resource's account by itself", () => {
    const given = {
      ArnEquals: { "aws:PrincipalArn": role },
      StringEquals: { "aws:PrincipalAccount": "111122223333", "aws:ResourceAccount": "111122223333" },
    };
    assert.equal(decide(request, { identity: [document({ Resource: "*", Condition: given })] }), "allowed");
  });

  it("makes nothing up: what it does not know is an error", () => {
    const broken = (part: object) => decide(request, { identity: [document({ Resource: "*", ...part })] });
    assert.throws(
      () => broken({ Condition: { NumericEquals: { k: "1" } } }),
      /the operator NumericEquals is not known/,
    );
    assert.throws(() => broken({ Condition: { "ForAllValues:StringEquals": { k: "1" } } }), /is not known here/);
    assert.throws(() => broken({ Resource: "arn:aws:s3:::${aws:username}/*" }), /variables are not known here/);
    assert.throws(() => broken({ NotPrincipal: "*" }), /not known here: NotPrincipal/);
    assert.throws(() => broken({ Principal: "*" }), /an identity's policy names no principal/);
    assert.throws(() => broken({ NotAction: "s3:*" }), /exactly one of Action and NotAction/);
    assert.throws(() => decide(request, { resource: allow }), /a resource's policy names principals/);
    assert.throws(() => decide(request, { resource: byPrincipal("arn:aws:iam::111122223333:role/*") }), /AWS refuses/);
  });

  it("takes every other character of a pattern for itself", () => {
    assert.equal(wildcardMatch("a.b+c(d)[e]^$|\\{f}", "a.b+c(d)[e]^$|\\{f}"), true);
    assert.equal(wildcardMatch("a.b", "axb"), false);
    assert.equal(wildcardMatch("*", "line\nbreak"), true);
    assert.equal(arnMatch("arn:aws:s3:::bucket/a:b", "arn:aws:s3:::bucket/a:b"), true);
  });
});
