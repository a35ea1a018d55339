import assert from "node:assert/strict";

import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from "jose";

import type { IdentityRequest } from "../../../../sandbox/github/routes/oidc";
import { ownerId, repositoryId } from "../../../../sandbox/github/service/numeric-ids";
import { type Fixture, send, startFixture } from "./fixtures";

const job: IdentityRequest = {
  repository: "acme/app",
  ref: "refs/heads/main",
  event: "push",
  audience: "https://vault.acme.example",
};

describe("the stand-in's issuer of identity tokens", () => {
  let github: Fixture;
  before(async () => {
    github = await startFixture();
  });
  after(() => github.close());

  const keys = async () => {
    const { body } = await send("GET", `${github.url}/_services/token/.well-known/openid-configuration`);
    const { issuer, jwks_uri: uri } = body as { readonly issuer: string; readonly jwks_uri: string };
    assert.equal(issuer, `${github.url}/_services/token`, "the issuer is where its configuration was found");
    return { issuer, keys: createRemoteJWKSet(new URL(uri)) };
  };

  it("signs what whoever reads its keys can check", async () => {
    const { issuer, keys: set } = await keys();
    const token = await github.admin.identityToken(job);
    const { payload } = await jwtVerify(token, set, { issuer, audience: job.audience });
    assert.deepEqual(
      [payload["repository_id"], payload["repository_owner_id"], payload["ref"], payload["event_name"]],
      [String(repositoryId("acme/app")), String(ownerId("acme")), "refs/heads/main", "push"],
    );
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 300);
  });

  it("keeps its key when it starts again", async () => {
    const token = await github.admin.identityToken(job);
    github = await github.restart();
    await jwtVerify(token, (await keys()).keys);
  });

  it("makes tokens that are expired already when asked to", async () => {
    const token = await github.admin.identityToken({ ...job, ageSeconds: 301 });
    await assert.rejects(jwtVerify(token, (await keys()).keys), errors.JWTExpired);
  });

  const immutable = `acme@${ownerId("acme")}/app@${repositoryId("acme/app")}`;
  const subjects: readonly (readonly [string, Partial<IdentityRequest>, string])[] = [
    ["a branch", {}, "repo:acme/app:ref:refs/heads/main"],
    ["a tag", { ref: "refs/tags/v1" }, "repo:acme/app:ref:refs/tags/v1"],
    ["a pull request", { event: "pull_request", ref: "refs/pull/7/merge" }, "repo:acme/app:pull_request"],
    ["an environment, which hides the ref", { environment: "prod:eu" }, "repo:acme/app:environment:prod%3Aeu"],
    ["a new repository's branch", { immutableSubject: true }, `repo:${immutable}:ref:refs/heads/main`],
    [
      "a new repository's environment",
      { immutableSubject: true, environment: "prod" },
      `repo:${immutable}:environment:prod`,
    ],
  ];
  for (const [what, changes, subject] of subjects) {
    it(`names ${what} as GitHub does`, async () => {
      assert.equal(decodeJwt(await github.admin.identityToken({ ...job, ...changes })).sub, subject);
    });
  }

  it("gives no token to others than the sandbox's own tools", async () => {
    assert.equal((await send("POST", `${github.url}/_sandbox/id-tokens`, "Bearer wrong", job)).status, 401);
  });
});
