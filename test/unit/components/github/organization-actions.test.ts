import assert from "node:assert/strict";

import { OrganizationActions } from "../../../../components/github/organization-actions";
import { createGithubProvider } from "../../../../components/github/provider";
import { repositoryIds } from "../../../../components/github/repository-ids";
import type { ActionsSettings } from "../../../../stacks/organization/schema";
import { register, type Registrations } from "../../../support/mocks";

const kinds = {
  permissions: "github:index/actionsOrganizationPermissions:ActionsOrganizationPermissions",
  workflows: "github:index/actionsOrganizationWorkflowPermissions:ActionsOrganizationWorkflowPermissions",
};
const functions = { "github:index/getRepository:getRepository": () => ({ repoId: 11 }) };

function run(actions: ActionsSettings, { canPinActions = true, preview = false } = {}): Promise<Registrations> {
  return register(
    () => {
      const place = { configUrl: "https://github.com/acme", owner: "acme", token: "ghp_0" };
      const provider = createGithubProvider("github", place, {});
      const args = { organization: "acme", actions, canPinActions, repositories: repositoryIds("acme", provider) };
      return new OrganizationActions("actions", args, { providers: [provider] });
    },
    { preview, functions },
  );
}

const permissions = async (...args: Parameters<typeof run>) =>
  (await run(...args)).get(kinds.permissions, "actions-permissions").inputs;

describe("OrganizationActions", () => {
  it("pins actions and gives tokens that read, unless the settings say otherwise", async () => {
    const registrations = await run({});
    assert.deepEqual(registrations.get(kinds.permissions, "actions-permissions").inputs, {
      enabledRepositories: "all",
      allowedActions: "all",
      shaPinningRequired: true,
    });
    assert.deepEqual(registrations.get(kinds.workflows, "actions-workflow-permissions").inputs, {
      organizationSlug: "acme",
      defaultWorkflowPermissions: "read",
      canApprovePullRequestReviews: false,
    });
    assert.deepEqual((await run({}, { preview: true })).list(), registrations.list());
  });

  it("sends lists with what they belong to", async () => {
    const selected = await permissions({
      enabledRepositories: "selected",
      repositories: ["app"],
      allowedActions: "selected",
      patterns: ["docker/*"],
    });
    assert.deepEqual(selected, {
      enabledRepositories: "selected",
      enabledRepositoriesConfig: { repositoryIds: [11] },
      allowedActions: "selected",
      allowedActionsConfig: { githubOwnedAllowed: true, verifiedAllowed: false, patternsAlloweds: ["docker/*"] },
      shaPinningRequired: true,
    });
  });

  it("says nothing of pinning to a server that does not know it", async () => {
    assert.ok(!("shaPinningRequired" in (await permissions({}, { canPinActions: false }))));
  });

  it("leaves permissions as they are when it goes", async () => {
    for (const { retainOnDelete, custom, type } of (await run({})).all)
      if (custom && type.startsWith("github:")) assert.ok(retainOnDelete, type);
  });
});
