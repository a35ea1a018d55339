import assert from "node:assert/strict";
import { send, startFixture, token, type Fixture } from "./fixtures";
import { register, rest, startRunner } from "./legacy-client";
import { OpenApi } from "./openapi";

const paths = {
  orgRunners: "/orgs/{org}/actions/runners",
  repoRunners: "/repos/{owner}/{repo}/actions/runners",
  enterpriseRunners: "/enterprises/{enterprise}/actions/runners",
  groups: "/orgs/{org}/actions/runner-groups",
  groupRepositories: "/orgs/{org}/actions/runner-groups/{runner_group_id}/repositories",
  runs: "/repos/{owner}/{repo}/actions/runs",
  jobs: "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs",
};
const sample: Readonly<Record<string, string>> = {
  org: "acme",
  owner: "acme",
  repo: "sandbox",
  enterprise: "globex",
  runner_group_id: "1",
  run_id: "1",
};
const fill = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => sample[name] ?? name);

describe("the stand-in's replies to the older kinds of ARC, by GitHub's published description", function () {
  this.timeout(60_000);
  let api: OpenApi;
  let github: Fixture;

  before(async () => {
    api = new OpenApi("api.github.com");
    github = await startFixture({ runnerGroups: ["gpu"] });
    await register(github, { scope: "acme", name: "idle", labels: ["gpu"], group: "gpu" });
    await register(github, { scope: "acme/sandbox", name: "own" });
    await github.admin.queueJobs({ runsOn: ["self-hosted", "fast"], count: 3 });
    const runner = await startRunner(github, { scope: "acme", name: "busy", labels: ["fast"] });
    await runner.started((await runner.job()) ?? 0);
    await (await startRunner(github, { scope: "acme", name: "done", labels: ["fast"] })).job();
  });
  after(() => github.close());

  for (const path of [
    paths.orgRunners,
    paths.repoRunners,
    paths.groups,
    paths.groupRepositories,
    paths.runs,
    paths.jobs,
  ]) {
    it(`fits GET ${path}`, async () => {
      const reply = await rest(github, "GET", fill(path));
      assert.equal(reply.status, 200);
      assert.deepEqual(api.reply("GET", path, reply.status, reply.body), []);
    });
  }

  it("fits GET and DELETE of one runner, also when it is busy or unknown", async () => {
    const path = `${paths.orgRunners}/{runner_id}`;
    const found = await rest(github, "GET", `${fill(paths.orgRunners)}/1`);
    assert.deepEqual(api.reply("GET", path, found.status, found.body), []);
    const removed = await rest(github, "DELETE", `${fill(paths.orgRunners)}/1`);
    assert.equal(removed.status, 204);
    assert.deepEqual(api.reply("DELETE", path, removed.status, removed.body), []);
    const busy = await rest(github, "DELETE", `${fill(paths.orgRunners)}/3`);
    assert.equal(busy.status, 422);
    assert.deepEqual(api.reply("DELETE", path, busy.status, busy.body), []);
    const unknown = await rest(github, "DELETE", `${fill(paths.orgRunners)}/99`);
    assert.equal(unknown.status, 404);
    assert.deepEqual(api.schema("basic-error", unknown.body), []);
  });

  it("hides all of it from whoever has no token, or asks for somebody else's", async () => {
    for (const path of Object.values(paths).filter((path) => path !== paths.enterpriseRunners)) {
      assert.equal((await rest(github, "GET", fill(path), "Bearer wrong")).status, 401);
      const other = fill(path).replace("acme", "nobody");
      assert.equal((await rest(github, "GET", other)).status, 404, other);
    }
  });

  it("fits the enterprise's runners, which only Enterprise Cloud and Server have", async () => {
    const server = new OpenApi("ghes-3.19");
    const { runnerId } = await register(github, { scope: "enterprises/globex", name: "everywhere" });
    const reply = await send("GET", `${github.url}/api/v3/enterprises/globex/actions/runners`, `Bearer ${token}`);
    assert.deepEqual(server.reply("GET", paths.enterpriseRunners, reply.status, reply.body), []);
    const removed = await rest(github, "DELETE", `/enterprises/globex/actions/runners/${runnerId}`);
    assert.deepEqual(
      server.reply("DELETE", `${paths.enterpriseRunners}/{runner_id}`, removed.status, removed.body),
      [],
    );
  });
});
