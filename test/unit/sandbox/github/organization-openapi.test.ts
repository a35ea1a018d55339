import assert from "node:assert/strict";

import { seal } from "../../../../sandbox/providers/github/seal";
import { ownerId, repositoryId } from "../../../../sandbox/github/service/numeric-ids";
import { type Answer, type Fixture, send, startFixture, token } from "./fixtures";
import { OpenApi } from "./openapi";

const app = repositoryId("acme/app");
const org = "/orgs/{org}/actions";

describe("the stand-in's organizations, by GitHub's published description", function () {
  this.timeout(60_000);
  let api: OpenApi;
  let github: Fixture;

  before(() => {
    api = new OpenApi("api.github.com");
  });
  beforeEach(async () => {
    github = await startFixture({ runnerGroups: ["gpu"] });
    await ask("GET", "/repos/{owner}/{repo}");
  });
  afterEach(() => github.close());

  const sample: Readonly<Record<string, string>> = {
    org: "acme",
    owner: "acme",
    repo: "app",
    secret_name: "ROLE",
    name: "URL",
  };
  const fill = (path: string, more: Readonly<Record<string, string>>) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => more[name] ?? sample[name] ?? name);

  /** Sends a request that fits the description, and checks that the reply does. */
  async function ask(
    method: string,
    path: string,
    body?: object,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    assert.deepEqual(api.request(method, path, body), [], `request ${method} ${path}`);
    const answer = await send(method, `${github.url}${fill(path, more)}`, `Bearer ${token}`, body);
    assert.deepEqual(api.reply(method, path, answer.status, answer.body), [], `reply ${method} ${path}`);
    return answer;
  }

  async function sealed(value: string, changes: object = {}): Promise<object> {
    const { body } = await ask("GET", `${org}/secrets/public-key`);
    const { key, key_id: keyId } = body as { key: string; key_id: string };
    return {
      encrypted_value: await seal(value, key),
      key_id: keyId,
      visibility: "selected",
      selected_repository_ids: [app],
      ...changes,
    };
  }

  it("fits the organization and its repositories", async () => {
    const found = (await ask("GET", "/orgs/{org}", undefined, { org: "Acme" })).body as Record<string, unknown>;
    assert.deepEqual([found["login"], found["id"]], ["acme", ownerId("acme")]);
    const repository = (await ask("GET", "/repos/{owner}/{repo}")).body as Record<string, unknown>;
    assert.equal(repository["id"], app);
  });

  it("fits a secret's whole life", async () => {
    const one = `${org}/secrets/{secret_name}`;
    assert.equal((await ask("PUT", one, await sealed("v"))).status, 201);
    assert.equal((await ask("PUT", one, await sealed("w"))).status, 204);
    assert.equal((await ask("GET", one)).status, 200);
    assert.ok(!JSON.stringify((await ask("GET", `${org}/secrets`)).body).includes("encrypted"));
    const { body } = await ask("GET", `${one}/repositories`);
    assert.equal((body as { total_count: number }).total_count, 1);
    assert.equal((await github.admin.workflowValues("acme/app")).secrets["ROLE"], "w");
    assert.equal((await ask("PUT", `${one}/repositories`, { selected_repository_ids: [] })).status, 204);
    assert.deepEqual((await github.admin.workflowValues("acme/app")).secrets, {});
    assert.equal((await ask("DELETE", one)).status, 204);
  });

  it("takes an update without a list for one with an empty list", async () => {
    const one = `${org}/secrets/{secret_name}`;
    await ask("PUT", one, await sealed("v"));
    await ask("PUT", one, await sealed("w", { selected_repository_ids: undefined }));
    assert.deepEqual((await github.admin.workflowValues("acme/app")).secrets, {});
  });

  it("fits a variable's whole life", async () => {
    const one = `${org}/variables/{name}`;
    const body = { name: "URL", value: "u", visibility: "selected", selected_repository_ids: [app] };
    assert.equal((await ask("POST", `${org}/variables`, body)).status, 201);
    assert.equal((await ask("PATCH", one, { value: "w" })).status, 204);
    for (const path of [one, `${org}/variables`, `${one}/repositories`])
      assert.equal((await ask("GET", path)).status, 200);
    assert.equal((await github.admin.workflowValues("acme/app")).variables["URL"], "w");
    assert.equal((await ask("PUT", `${one}/repositories`, { selected_repository_ids: [] })).status, 204);
    assert.equal((await ask("DELETE", one)).status, 204);
  });

  it("fits a runner group's whole life", async () => {
    const groups = `${org}/runner-groups`;
    const body = { name: "platform", visibility: "selected", selected_repository_ids: [app] };
    const made = await ask("POST", groups, body);
    const id = { runner_group_id: String((made.body as { id: number }).id) };
    const one = `${groups}/{runner_group_id}`;
    assert.equal((await ask("PATCH", one, { name: "platform", restricted_to_workflows: true }, id)).status, 200);
    for (const path of [one, `${one}/repositories`, groups])
      assert.equal((await ask("GET", path, undefined, id)).status, 200);
    assert.equal((await ask("PUT", `${one}/repositories`, { selected_repository_ids: [] }, id)).status, 204);
    assert.equal((await ask("DELETE", one, undefined, id)).status, 204);
  });

  it("fits permissions", async () => {
    const permissions = `${org}/permissions`;
    for (const path of ["", "/workflow", "/fork-pr-contributor-approval"])
      assert.equal((await ask("GET", `${permissions}${path}`)).status, 200);
    const all = { enabled_repositories: "selected", allowed_actions: "selected", sha_pinning_required: true };
    for (const [path, body] of [
      ["", all],
      ["/repositories", { selected_repository_ids: [app] }],
      ["/selected-actions", { github_owned_allowed: true, verified_allowed: false, patterns_allowed: ["acme/*"] }],
      ["/workflow", { default_workflow_permissions: "write", can_approve_pull_request_reviews: false }],
      ["/fork-pr-contributor-approval", { approval_policy: "all_external_contributors" }],
    ] as const) {
      assert.equal((await ask("PUT", `${permissions}${path}`, body)).status, 204, path);
      assert.equal((await ask("GET", `${permissions}${path}`)).status, 200, path);
    }
  });

  it("refuses what it cannot open, does not know, or is not for its visibility", async () => {
    const url = `${github.url}/orgs/acme/actions/secrets/ROLE`;
    const put = async (body: object, name = url) => (await send("PUT", name, `Bearer ${token}`, body)).status;
    const good = (await sealed("v")) as Record<string, unknown>;
    for (const changes of [
      { key_id: "another" },
      { encrypted_value: Buffer.alloc(60).toString("base64") },
      { encrypted_value: "no base64" },
      { visibility: "everybody" },
      { visibility: "all" },
      { selected_repository_ids: [app + 1] },
    ])
      assert.equal(await put({ ...good, ...changes }), 422, JSON.stringify(changes));
    assert.equal(await put(good, url.replace("ROLE", "GITHUB_ROLE")), 422);
    assert.equal(await put(good), 201);
  });

  it("hides all of it from whoever has no token, or asks for somebody else's", async () => {
    for (const path of ["secrets", "secrets/public-key", "variables", "runner-groups", "permissions"]) {
      const url = `${github.url}/orgs/acme/actions/${path}`;
      assert.equal((await send("GET", url)).status, 401);
      assert.equal((await send("GET", url, "Bearer wrong")).status, 401);
      assert.equal((await send("GET", url.replace("acme", "nobody"), `Bearer ${token}`)).status, 404);
    }
    const values = `${github.url}/_sandbox/repositories/acme/app/workflow-values`;
    assert.equal((await send("GET", values, "Bearer wrong")).status, 401);
  });

  it("moves scale sets of a group that goes into the default one, and shows groups by repository", async () => {
    const list = async (query: string) => {
      const { body } = await send("GET", `${github.url}/orgs/acme/actions/runner-groups?${query}`, `Bearer ${token}`);
      return (body as { runner_groups: { name: string }[] }).runner_groups.map(({ name }) => name);
    };
    const body = { name: "platform", visibility: "selected", selected_repository_ids: [app] };
    const made = await ask("POST", `${org}/runner-groups`, body);
    assert.deepEqual(await list("visible_to_repository=app"), ["Default", "gpu", "platform"]);
    assert.deepEqual(await list("visible_to_repository=other"), ["Default", "gpu"]);
    const { id } = made.body as { id: number };
    const set = github.server.service.scaleSets.create("acme", { name: "s", runnerGroupId: id });
    await send("DELETE", `${github.url}/orgs/acme/actions/runner-groups/${id}`, `Bearer ${token}`);
    assert.equal(github.server.service.scaleSets.get(set.id).groupId, 1);
    const refused = await send("DELETE", `${github.url}/orgs/acme/actions/runner-groups/1`, `Bearer ${token}`);
    assert.equal(refused.status, 422);
  });

  it("still knows everything after a restart", async () => {
    await ask("PUT", `${org}/secrets/{secret_name}`, await sealed("v"));
    github = await github.restart();
    assert.equal((await github.admin.workflowValues("acme/app")).secrets["ROLE"], "v");
  });
});
