import assert from "node:assert/strict";

import fc from "fast-check";

import { credentialHash } from "../../../../components/arc/github-secret";
import { type GitHubScope, parseGitHubUrl } from "../../../../components/arc/github-url";
import { isDnsLabel, scaleSetNameProblem, scaleSetObjectNames } from "../../../../components/arc/names";

describe("scaleSetNameProblem", () => {
  for (const name of ["runner-base", "a", "r2-d2", "x".repeat(45)]) {
    it(`accepts ${name}`, () => {
      assert.equal(scaleSetNameProblem(name), undefined);
    });
  }
  const refused: readonly (readonly [string, string])[] = [
    ["", "use a name such as runner-base"],
    ["Runner", "use a name such as runner-base"],
    ["runner_base", "use a name such as runner-base"],
    ["-runner", "use a name such as runner-base"],
    ["x".repeat(46), "shorten it by 1"],
    ["ha-101", "names like ha-... are host names: use one such as runner-gpu"],
  ];
  for (const [name, fix] of refused) {
    it(`refuses "${name}" with a fix`, () => {
      assert.equal(scaleSetNameProblem(name)?.fix, fix);
    });
  }

  it("leaves room in 63 characters for every name derived from an accepted one", () => {
    const names = fc.stringMatching(/^[a-z0-9-]{1,45}$/).filter((name) => scaleSetNameProblem(name) === undefined);
    fc.assert(
      fc.property(names, (name) => {
        const derived = scaleSetObjectNames(name);
        return [derived.managerRole, derived.noPermission, derived.kubeMode, derived.githubSecret("0123456789")].every(
          isDnsLabel,
        );
      }),
    );
  });
});

describe("parseGitHubUrl", () => {
  const hosted: GitHubScope = {
    kind: "organization",
    owner: "acme",
    host: "github.com",
    port: 443,
    secure: true,
    enterpriseServer: false,
  };
  const server: GitHubScope = { ...hosted, host: "ghes.example.com", enterpriseServer: true };
  const accepted: readonly (readonly [string, GitHubScope])[] = [
    ["https://github.com/acme", hosted],
    ["https://github.com/acme/", hosted],
    ["https://github.com/Acme/app", { ...hosted, kind: "repository" }],
    ["https://acme.ghe.com/enterprises/acme", { ...hosted, kind: "enterprise", host: "acme.ghe.com" }],
    ["https://ghes.example.com/enterprises/ACME", { ...server, kind: "enterprise" }],
    ["http://10.0.0.1:9000/acme", { ...server, host: "10.0.0.1", port: 9000, secure: false }],
    ["http://ghes.example.com/acme", { ...server, port: 80, secure: false }],
  ];
  for (const [url, scope] of accepted) {
    it(`reads ${url}`, () => {
      assert.deepEqual(parseGitHubUrl(url), scope);
    });
  }
  const refused = [
    "github.com/acme",
    "https://github.com",
    "https://github.com/",
    "https://github.com/enterprises",
    "https://github.com/acme/app/tree",
    "https://github.com/acme//app",
    "https://user@github.com/acme",
    "https://github.com/acme?x=1",
    "ssh://github.com/acme",
  ];
  for (const url of refused) {
    it(`refuses ${url}`, () => {
      assert.equal(parseGitHubUrl(url), undefined);
    });
  }
});

describe("credentialHash", () => {
  it("is ten hexadecimal digits that depend on content and set, not on the order of keys", () => {
    const data = { github_app_id: "1", github_app_private_key: "PEM" };
    const hash = credentialHash("runner-base", data);
    assert.match(hash, /^[0-9a-f]{10}$/);
    assert.equal(credentialHash("runner-base", { github_app_private_key: "PEM", github_app_id: "1" }), hash);
    assert.notEqual(credentialHash("runner-gpu", data), hash);
  });

  it("changes with the credential", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (a, b) => (a === b) === (credentialHash("s", { github_token: a }) === credentialHash("s", { github_token: b })),
      ),
    );
  });
});
