import assert from "node:assert/strict";

import { repositoryId } from "../../../../sandbox/github/service/numeric-ids.js";
import type { PropertyMap } from "../../../../sandbox/providers/shared/values.js";
import { type Fixture, send, startFixture, token } from "../github/fixtures";
import { type GithubProvider, startGithub } from "./github-fixture";

const kinds = {
  variable: "github:index/actionsOrganizationVariable:ActionsOrganizationVariable",
  group: "github:index/actionsRunnerGroup:ActionsRunnerGroup",
  permissions: "github:index/actionsOrganizationPermissions:ActionsOrganizationPermissions",
  workflows: "github:index/actionsOrganizationWorkflowPermissions:ActionsOrganizationWorkflowPermissions",
};
const app = repositoryId("acme/app");
const site = repositoryId("acme/site");

describe("the offline github provider, at the stand-in", () => {
  let github: Fixture;
  let provider: GithubProvider;

  beforeEach(async () => {
    github = await startFixture();
    provider = await startGithub();
    await provider.engine.configure({ baseUrl: `${github.url}/`, owner: "acme", token });
    for (const name of ["app", "site"])
      await provider.engine.invoke("github:index/getRepository:getRepository", { fullName: `acme/${name}` });
  });
  afterEach(async () => {
    await provider.stop();
    await github.close();
  });

  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await send("GET", `${github.url}/orgs/acme/actions/${path}`, `Bearer ${token}`)).body as Record<string, unknown>;
  const repositoriesOf = async (path: string): Promise<number[]> =>
    ((await get(`${path}/repositories`))["repositories"] as { id: number }[]).map(({ id }) => id);

  describe("with variables", () => {
    const inputs = (changes: PropertyMap = {}): PropertyMap => ({
      variableName: "URL",
      value: "https://vault",
      visibility: "selected",
      selectedRepositoryIds: [app, site],
      ...changes,
    });
    const seenBy = async (name: string) => (await github.admin.workflowValues(`acme/${name}`)).variables["URL"];

    it("makes, changes, narrows and removes them", async () => {
      const { id } = await provider.engine.create(kinds.variable, inputs());
      assert.equal(id, "URL");
      assert.deepEqual([await seenBy("app"), await seenBy("other")], ["https://vault", undefined]);
      const news = inputs({ value: "https://v", selectedRepositoryIds: [site] });
      await provider.engine.update(kinds.variable, "URL", inputs(), news);
      assert.deepEqual([await seenBy("app"), await seenBy("site")], [undefined, "https://v"]);
      assert.deepEqual(await provider.engine.read(kinds.variable, "URL", inputs()), {
        ...inputs(),
        value: "https://v",
        selectedRepositoryIds: [site],
      });
      await provider.engine.remove(kinds.variable, "URL", news);
      assert.equal(await seenBy("site"), undefined);
      assert.equal(await provider.engine.read(kinds.variable, "URL", news), undefined);
    });

    it("does not take over one that somebody else made", async () => {
      await provider.engine.create(kinds.variable, inputs());
      await assert.rejects(provider.engine.create(kinds.variable, inputs()), /\(409\): Already exists/);
    });
  });

  describe("with runner groups", () => {
    const inputs = (changes: PropertyMap = {}): PropertyMap => ({
      name: "platform",
      visibility: "selected",
      selectedRepositoryIds: [app, site],
      allowsPublicRepositories: false,
      restrictedToWorkflows: false,
      ...changes,
    });

    it("makes, changes, narrows and removes them", async () => {
      const { id } = await provider.engine.create(kinds.group, inputs());
      const path = `runner-groups/${id}`;
      assert.deepEqual(await repositoriesOf(path), [app, site]);
      const workflows = ["acme/app/.github/workflows/ci.yml@refs/heads/main"];
      const restricted = { restrictedToWorkflows: true, selectedWorkflows: workflows };
      const news = inputs({ name: "builders", selectedRepositoryIds: [site], ...restricted });
      await provider.engine.update(kinds.group, id, inputs(), news);
      const { name, allows_public_repositories: open, selected_workflows: selected } = await get(path);
      assert.deepEqual([name, open, selected], ["builders", false, workflows]);
      assert.deepEqual(await repositoriesOf(path), [site]);
      assert.deepEqual(await provider.engine.read(kinds.group, id, news), news);
      await provider.engine.remove(kinds.group, id, news);
      assert.equal(await provider.engine.read(kinds.group, id, news), undefined);
    });

    it("keeps the id of a group whose name changes", async () => {
      const { replaces } = await provider.engine.changes(kinds.group, inputs(), inputs({ name: "builders" }));
      assert.deepEqual(replaces, []);
    });
  });

  describe("with permissions", () => {
    const inputs = (changes: PropertyMap = {}): PropertyMap => ({
      enabledRepositories: "selected",
      enabledRepositoriesConfig: { repositoryIds: [site, app] },
      allowedActions: "selected",
      allowedActionsConfig: { githubOwnedAllowed: true, verifiedAllowed: false, patternsAlloweds: ["acme/*"] },
      shaPinningRequired: true,
      ...changes,
    });

    it("sets and reads lists and pinning", async () => {
      const { id } = await provider.engine.create(kinds.permissions, inputs());
      assert.equal(id, "acme");
      const { sha_pinning_required: pinned, enabled_repositories: enabled } = await get("permissions");
      assert.deepEqual([pinned, enabled], [true, "selected"]);
      assert.deepEqual(await provider.engine.read(kinds.permissions, id, inputs()), inputs());
      const open: PropertyMap = { enabledRepositories: "all", allowedActions: "all", shaPinningRequired: true };
      await provider.engine.update(kinds.permissions, id, inputs(), open);
      assert.deepEqual(await provider.engine.read(kinds.permissions, id, open), open);
    });

    it("cannot switch pinning off, as the real plugin cannot", async () => {
      await provider.engine.create(kinds.permissions, inputs());
      const off = inputs({ shaPinningRequired: false });
      await provider.engine.update(kinds.permissions, "acme", inputs(), off);
      assert.equal((await get("permissions"))["sha_pinning_required"], true);
    });

    it("sets the token of workflows", async () => {
      const news: PropertyMap = {
        organizationSlug: "acme",
        defaultWorkflowPermissions: "write",
        canApprovePullRequestReviews: true,
      };
      const { id } = await provider.engine.create(kinds.workflows, news);
      assert.deepEqual(await provider.engine.read(kinds.workflows, id, news), news);
      await provider.engine.remove(kinds.workflows, id, news);
      assert.deepEqual(await get("permissions/workflow"), {
        default_workflow_permissions: "read",
        can_approve_pull_request_reviews: false,
      });
    });
  });
});
