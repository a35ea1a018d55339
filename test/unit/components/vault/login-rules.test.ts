import assert from "node:assert/strict";

import { jobRoleInputs } from "../../../../components/vault/job-role";
import {
  jwtRoleViolations,
  type JwtRoleProperties,
  kubernetesRoleViolations,
  type KubernetesRoleProperties,
  policyViolations,
} from "../../../../components/vault/login-rules";
import { secretPolicy } from "../../../../components/vault/secret-policies";

const good: JwtRoleProperties = {
  boundAudiences: ["https://vault.acme.example"],
  boundClaims: { repository_owner_id: "1", repository_id: "2" },
  boundClaimsType: "string",
  tokenTtl: 600,
  tokenMaxTtl: 900,
  tokenPolicies: ["harbor"],
};
const account: KubernetesRoleProperties = {
  boundServiceAccountNames: ["developer-portal"],
  boundServiceAccountNamespaces: ["developer-portal"],
  audience: "vault",
  tokenTtl: 600,
  tokenMaxTtl: 900,
  tokenPolicies: ["image-tags"],
};

describe("rules for roles of workflows", () => {
  const cases: readonly (readonly [string, JwtRoleProperties, string[]])[] = [
    ["lets a role through that names owner and repository", {}, []],
    ["refuses no audience", { boundAudiences: [] }, ["VLT-01"]],
    ["refuses a role without owner", { boundClaims: { repository_id: "2" } }, ["VLT-01"]],
    ["refuses a role of all repositories of the owner", { boundClaims: { repository_owner_id: "1" } }, ["VLT-01"]],
    [
      "refuses patterns",
      { boundClaimsType: "glob", boundClaims: { repository_owner_id: "1", ref: "refs/heads/*" } },
      ["VLT-01"],
    ],
    ["refuses a bound subject", { boundSubject: "repo:acme/app:ref:refs/heads/main" }, ["VLT-02"]],
    ["refuses sub among the claims", { boundClaims: { ...good.boundClaims, sub: "repo:acme/*" } }, ["VLT-02"]],
    ["refuses a long life", { tokenTtl: 1801, tokenMaxTtl: 3601 }, ["VLT-03", "VLT-03"]],
    ["refuses lives that the server decides", { tokenTtl: 0, tokenMaxTtl: 0 }, ["VLT-03", "VLT-03"]],
    ["refuses root", { tokenPolicies: ["root"] }, ["VLT-03"]],
    ["refuses no policy", { tokenPolicies: [] }, ["VLT-03"]],
  ];
  for (const [what, changes, rules] of cases) {
    it(what, () => {
      assert.deepEqual(
        jwtRoleViolations({ ...good, ...changes }).map(({ rule }) => rule),
        rules,
      );
    });
  }
});

describe("rules for roles of services", () => {
  const cases: readonly (readonly [string, KubernetesRoleProperties, number])[] = [
    ["lets exact names through", {}, 0],
    ["refuses any account", { boundServiceAccountNames: ["*"] }, 1],
    ["refuses any namespace", { boundServiceAccountNamespaces: ["team-*"] }, 1],
    ["refuses no names at all", { boundServiceAccountNames: [] }, 1],
    ["refuses tokens for any service", { audience: "" }, 1],
    ["refuses a long life", { tokenTtl: 86_400 }, 1],
  ];
  for (const [what, changes, count] of cases) {
    it(what, () => {
      assert.equal(kubernetesRoleViolations({ ...account, ...changes }).length, count);
    });
  }
});

describe("rules for policies", () => {
  const rule = (path: string, ...capabilities: string[]) =>
    `path "${path}" {\n  capabilities = [${capabilities.map((each) => `"${each}"`).join(", ")}]\n}\n`;
  const cases: readonly (readonly [string, string, number])[] = [
    ["let a consumer's through", secretPolicy({ read: ["harbor", "devcontainer/*"], write: ["x"] }, "secret"), 0],
    ["let that of backups through", rule("sys/storage/raft/snapshot", "read"), 0],
    ["refuse restoring", rule("sys/storage/raft/snapshot", "read", "update"), 1],
    ["refuse sudo", rule("auth/token/create", "update", "sudo"), 1],
    ["refuse everything", rule("*", "read"), 1],
    ["refuse everything below one level", rule("+/*", "read"), 1],
    ["refuse Vault's own paths", rule("sys/policies/acl/harbor", "read"), 1],
    ["look at every path", rule("secret/data/a", "read") + rule("sys/mounts", "read") + rule("*", "list"), 2],
  ];
  for (const [what, text, count] of cases) {
    it(what, () => {
      assert.equal(policyViolations(text).length, count);
    });
  }
});

describe("secretPolicy", () => {
  it("reads the newest version, and with a wildcard the names below", () => {
    assert.equal(
      secretPolicy({ read: ["harbor", "devcontainer/*"] }, "secret"),
      [
        'path "secret/data/harbor" {\n  capabilities = ["read"]\n}\n',
        'path "secret/data/devcontainer/*" {\n  capabilities = ["read"]\n}\n',
        'path "secret/metadata/devcontainer/" {\n  capabilities = ["list"]\n}\n',
        'path "secret/metadata/devcontainer/*" {\n  capabilities = ["list"]\n}\n',
      ].join("\n"),
    );
  });

  it("writes without reading, and both where both are given", () => {
    assert.match(secretPolicy({ write: ["a"] }, "kv"), /"kv\/data\/a" \{\n {2}capabilities = \["create", "update"\]/);
    assert.match(secretPolicy({ read: ["a"], write: ["a"] }, "kv"), /\["create", "read", "update"\]/);
  });
});

describe("jobRoleInputs", () => {
  const issuer = { repositoryOwnerId: "1", audience: "https://vault.acme.example" };

  it("binds exact values of what GitHub alone sets, and gives a token that cannot be renewed", () => {
    const role = { policies: ["harbor"], repositoryIds: ["2", "3"], refs: ["refs/heads/main"] };
    assert.deepEqual(jobRoleInputs(issuer, role), {
      roleType: "jwt",
      boundAudiences: ["https://vault.acme.example"],
      boundClaimsType: "string",
      boundClaims: {
        repository_owner_id: "1",
        repository_id: "2,3",
        ref: "refs/heads/main",
        event_name: "push,workflow_dispatch",
        runner_environment: "self-hosted",
      },
      userClaim: "repository_id",
      claimMappings: {
        repository: "repository",
        ref: "ref",
        actor: "actor",
        run_id: "run_id",
        workflow_ref: "workflow_ref",
      },
      tokenType: "batch",
      tokenTtl: 600,
      tokenMaxTtl: 900,
      tokenNoDefaultPolicy: true,
      tokenPolicies: ["harbor"],
    });
  });

  it("lets hosted runners in where settings say so, and never has a maximum below the life", () => {
    const inputs = jobRoleInputs(issuer, { policies: ["p"], selfHostedOnly: false, tokenTtlSeconds: 1800 });
    assert.equal(inputs.boundClaims["runner_environment"], undefined);
    assert.deepEqual([inputs.tokenTtl, inputs.tokenMaxTtl], [1800, 1800]);
  });
});
