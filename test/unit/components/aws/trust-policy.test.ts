import assert from "node:assert/strict";

import * as fc from "fast-check";

import { policyDocument } from "../../../../components/aws/policy-document";
import { subjectOf, trustPolicy } from "../../../../components/aws/trust-policy";
import { account, issuer } from "../../../support/aws";
import { decide } from "../../../support/iam-evaluator";

const ci = { namespace: "arc-runners-kubernetes", name: "actions-runner-role" };
const name = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041A";
const provider = `arn:aws:iam::111122223333:oidc-provider/${name}`;
const trust = policyDocument(trustPolicy(account, issuer, [ci]));

/** A token of the cluster, changed in part: `undefined` takes a claim away. */
function mayAssume(
  claims: { readonly sub?: string | undefined; readonly aud?: string | undefined },
  principal = provider,
) {
  const token: Readonly<Record<string, string | undefined>> = {
    sub: subjectOf(ci),
    aud: "sts.amazonaws.com",
    ...claims,
  };
  const given = Object.entries(token).flatMap(([claim, value]) =>
    value === undefined ? [] : [[`${name}:${claim}`, value] as const],
  );
  const action = "sts:AssumeRoleWithWebIdentity";
  const resource = "arn:aws:iam::111122223333:role/ci-actions-runner-role";
  const context = Object.fromEntries(given);
  return decide({ principal, action, resource, context }, { resource: trust }) === "allowed";
}

describe("the trust policy of a role for pods", () => {
  it("is the documented form with both conditions, exact values and one provider", () => {
    assert.deepEqual(trust, {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "PodsOfServiceAccount",
          Effect: "Allow",
          Principal: { Federated: provider },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              [`${name}:sub`]: "system:serviceaccount:arc-runners-kubernetes:actions-runner-role",
              [`${name}:aud`]: "sts.amazonaws.com",
            },
          },
        },
      ],
    });
  });

  it("lets in the tokens of its service account", () => assert.ok(mayAssume({})));

  const refused: readonly (readonly [string, Parameters<typeof mayAssume>[0]])[] = [
    ["without aud", { aud: undefined }],
    ["for another audience", { aud: "https://kubernetes.default.svc" }],
    ["for an audience that begins alike", { aud: "sts.amazonaws.com.example.com" }],
    ["without sub", { sub: undefined }],
    ["of another service account", { sub: "system:serviceaccount:arc-runners-kubernetes:workflow" }],
    ["of the runner's own account", { sub: "system:serviceaccount:arc-runners-kubernetes:runner-cpu-kube-mode" }],
    ["of another namespace", { sub: "system:serviceaccount:arc-runners-dind:actions-runner-role" }],
    ["of an account that begins alike", { sub: `${subjectOf(ci)}-2` }],
    ["of a namespace that begins alike", { sub: "system:serviceaccount:arc-runners-kubernetes-2:actions-runner-role" }],
    ["with a wildcard for a name", { sub: "system:serviceaccount:arc-runners-kubernetes:*" }],
    ["of an account in capitals", { sub: subjectOf(ci).toUpperCase() }],
  ];
  for (const [title, claims] of refused) {
    it(`refuses tokens ${title}`, () => assert.equal(mayAssume(claims), false));
  }

  it("refuses tokens of another cluster", () => {
    const other = provider.replace("EXAMPLED", "EXAMPLEE");
    assert.equal(mayAssume({}, other), false);
  });

  it("names several accounts one by one, as a role of sets in two namespaces needs", () => {
    const both = policyDocument(trustPolicy(account, issuer, [ci, { ...ci, namespace: "arc-team-a" }]));
    assert.deepEqual(both.Statement[0]?.Condition?.["StringEquals"]?.[`${name}:sub`], [
      "system:serviceaccount:arc-runners-kubernetes:actions-runner-role",
      "system:serviceaccount:arc-team-a:actions-runner-role",
    ]);
  });

  it("refuses every other subject", () => {
    fc.assert(fc.property(fc.string(), (sub) => mayAssume({ sub }) === (sub === subjectOf(ci))));
    const label = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
    fc.assert(
      fc.property(label, label, (namespace, account) => {
        const other = { namespace, name: account };
        return mayAssume({ sub: subjectOf(other) }) === (subjectOf(other) === subjectOf(ci));
      }),
    );
  });

  it("contains no wildcard", () => assert.doesNotMatch(JSON.stringify(trust), /[*?]/));
});
