import { strict as assert } from "node:assert";

import type { Manifest } from "../../sandbox/cluster/api";
import type { IdentityRequest } from "../../sandbox/github/routes/oidc";
import { repositoryId } from "../../sandbox/github/service/numeric-ids";
import { workflowAudience } from "../../sandbox/vault/settings";
import { core, github, objects } from "./support/sandbox";
import { accountToken, ask, logIn } from "./support/vault";
import { whereSecretsShow } from "./support/visible-texts";

const password = `harbor-${Math.random().toString(36).slice(2)}-password`;

/** A push to the main branch of the repository that may read the registry's login. */
const job: IdentityRequest = {
  repository: "acme/app",
  ref: "refs/heads/main",
  event: "push",
  audience: workflowAudience,
};
const build: IdentityRequest = {
  ...job,
  repository: "acme/devcontainers",
  jobWorkflowRef: "acme/devcontainers/.github/workflows/build.yml@refs/heads/main",
};

const services = ["developer-portal", "secrets-owner"] as const;

async function makeAccount(namespace: string, name: string): Promise<void> {
  const account: Manifest = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } };
  await objects().create(account);
}

async function tokenOf(role: string, request: IdentityRequest): Promise<string> {
  const { token, refusal } = await logIn("github", role, await github().identityToken(request));
  assert.ok(token !== undefined, refusal);
  return token;
}

async function serviceToken(service: (typeof services)[number]): Promise<string> {
  const { token, refusal } = await logIn("kubernetes", service, await accountToken(service, service));
  assert.ok(token !== undefined, refusal);
  return token;
}

describe("logins at Vault", () => {
  before(async () => {
    for (const namespace of services) {
      const manifest: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
      await objects().create(manifest);
      await makeAccount(namespace, namespace);
    }
    const data = { username: "robot$ci", password };
    const token = await serviceToken("secrets-owner");
    assert.equal((await ask("secret/data/harbor", { method: "POST", token, body: { data } })).status, 200);
  });

  after(async () => {
    for (const name of services) await core().deleteNamespace({ name });
  });

  it("let a job of the right repository and branch read the registry's login, and nothing else", async () => {
    const token = await tokenOf("harbor-reader", job);
    const { status, body } = await ask("secret/data/harbor", { token });
    assert.equal(status, 200);
    assert.equal((body as { data: { data: { password: string } } }).data.data.password, password);
    assert.equal((await ask("secret/data/other", { token })).status, 403);
    assert.equal((await ask("secret/data/harbor", { method: "POST", token, body: { data: {} } })).status, 403);
    assert.equal((await ask("sys/storage/raft/snapshot", { token })).status, 403);
    assert.equal(
      (await ask("auth/token/create", { method: "POST", token, body: {} })).status,
      403,
      "it makes no other token",
    );
  });

  const allowed: readonly (readonly [string, Partial<IdentityRequest>])[] = [
    ["a repository that is named by its ids as well", { immutableSubject: true }],
    [
      "a repository that was renamed: its id stays",
      { repository: "acme/renamed", repositoryId: repositoryId("acme/app") },
    ],
    ["another event that only people of the repository cause", { event: "workflow_dispatch" }],
  ];
  for (const [what, changes] of allowed) {
    it(`let in ${what}`, async () => {
      await tokenOf("harbor-reader", { ...job, ...changes });
    });
  }

  const refused: readonly (readonly [string, Partial<IdentityRequest>, RegExp])[] = [
    ["another repository", { repository: "acme/other" }, /repository_id/],
    ["another owner with the same names", { ownerId: 4711 }, /repository_owner_id/],
    [
      "another owner's repository of the same id form",
      { repository: "acme-evil/app", repositoryId: repositoryId("acme/app") },
      /repository_owner_id/,
    ],
    ["a repository that was deleted and made anew under its name", { repositoryId: 4711 }, /repository_id/],
    ["a look-alike owner", { repository: "acme.evil/app" }, /repository_(owner_)?id/],
    ["another branch", { ref: "refs/heads/feature" }, /"?ref"?/],
    ["a branch whose name begins like the right one", { ref: "refs/heads/main-2" }, /"?ref"?/],
    ["a tag with the name of the branch", { ref: "refs/tags/main" }, /"?ref"?/],
    ["a pull request", { event: "pull_request", ref: "refs/pull/7/merge" }, /ref|event_name/],
    ["a pull request that claims the branch", { event: "pull_request_target" }, /event_name/],
    ["a runner of GitHub's own", { runnerEnvironment: "github-hosted" }, /runner_environment/],
    ["a token for another audience", { audience: "https://github.com/acme" }, /audience|aud/],
    ["a token that has expired", { ageSeconds: 3600 }, /expired/],
  ];
  for (const [what, changes, why] of refused) {
    it(`refuse ${what}`, async () => {
      const jwt = await github().identityToken({ ...job, ...changes });
      const { token, refusal } = await logIn("github", "harbor-reader", jwt);
      assert.equal(token, undefined);
      assert.match(refusal ?? "", why);
    });
  }

  it("refuse a token that somebody else signed", async () => {
    const [header, payload] = (await github().identityToken(job)).split(".");
    const { refusal } = await logIn("github", "harbor-reader", `${header ?? ""}.${payload ?? ""}.${"A".repeat(342)}`);
    assert.match(refusal ?? "", /signature|verif/i);
  });

  it("let the build write the tag of an image that it may not read, and services read it", async () => {
    const writer = await tokenOf("image-tags-writer", build);
    const body = { data: { tag: "cu126-2026.11.25" } };
    const path = "secret/data/devcontainer/aida-cu126";
    assert.equal((await ask(path, { method: "POST", token: writer, body })).status, 200);
    assert.equal((await ask(path, { token: writer })).status, 403);
    const portal = await serviceToken("developer-portal");
    const answer = await ask(path, { token: portal });
    assert.deepEqual((answer.body as { data: { data: unknown } }).data.data, body.data);
    assert.equal((await ask("secret/data/harbor", { token: portal })).status, 403);
  });

  it("refuse to write tags what is no build: another workflow of the same repository", async () => {
    const other = { ...job, repository: build.repository };
    const { refusal } = await logIn("github", "image-tags-writer", await github().identityToken(other));
    assert.match(refusal ?? "", /job_workflow_ref/);
  });

  it("refuse ServiceAccounts of another name, of another namespace, and tokens for somebody else", async () => {
    await makeAccount("developer-portal", "somebody");
    await makeAccount("secrets-owner", "developer-portal");
    const attempt = async (namespace: string, name: string, audience?: string) =>
      (await logIn("kubernetes", "developer-portal", await accountToken(namespace, name, audience))).refusal;
    assert.match((await attempt("developer-portal", "somebody")) ?? "", /not authorized|permission denied/);
    assert.match((await attempt("secrets-owner", "developer-portal")) ?? "", /not authorized|permission denied/);
    const forApi = await attempt("developer-portal", "developer-portal", "https://kubernetes.default.svc");
    assert.match(forApi ?? "", /audience|permission denied/);
  });

  it("leave neither the secret nor what opened it in any state, log, event or ConfigMap", async () => {
    const jwt = await github().identityToken(job);
    const { token = "" } = await logIn("github", "harbor-reader", jwt);
    assert.equal((await ask("secret/data/harbor", { token })).status, 200);
    assert.deepEqual(await whereSecretsShow([password, jwt, token]), []);
  });
});
