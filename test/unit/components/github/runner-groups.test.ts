import assert from "node:assert/strict";

import type * as pulumi from "@pulumi/pulumi";

import { createGithubProvider } from "../../../../components/github/provider";
import { repositoryIds } from "../../../../components/github/repository-ids";
import { RunnerGroups } from "../../../../components/github/runner-groups";
import { register, type Registrations } from "../../../support/mocks";

const kind = "github:index/actionsRunnerGroup:ActionsRunnerGroup";
const functions = { "github:index/getRepository:getRepository": () => ({ repoId: 11 }) };

describe("RunnerGroups", () => {
  let made: RunnerGroups;

  function run(preview = false): Promise<Registrations> {
    return register(
      () => {
        const place = { configUrl: "https://github.com/acme", owner: "acme", token: "ghp_0" };
        const provider = createGithubProvider("github", place, {});
        const groups = {
          platform: { repositories: ["app"] },
          open: {
            repositories: ["app"],
            allowPublicRepositories: true,
            workflows: ["acme/app/.github/workflows/a.yml@main"],
          },
        };
        const opts: pulumi.ComponentResourceOptions = { providers: [provider] };
        made = new RunnerGroups("groups", { groups, repositories: repositoryIds("acme", provider) }, opts);
      },
      { preview, functions },
    );
  }

  it("closes groups to public repositories and opens them to all workflows, unless they say otherwise", async () => {
    const registrations = await run();
    const common = { visibility: "selected", selectedRepositoryIds: [11] };
    assert.deepEqual(registrations.get(kind, "groups-platform").inputs, {
      ...common,
      name: "platform",
      allowsPublicRepositories: false,
      restrictedToWorkflows: false,
    });
    assert.deepEqual(registrations.get(kind, "groups-open").inputs, {
      ...common,
      name: "open",
      allowsPublicRepositories: true,
      restrictedToWorkflows: true,
      selectedWorkflows: ["acme/app/.github/workflows/a.yml@main"],
    });
    for (const { parent, provider } of registrations.ofType(kind))
      assert.deepEqual([parent, provider], ["groups", "github"]);
  });

  it("registers the same in a preview", async () => {
    assert.deepEqual((await run(true)).list(), (await run()).list());
  });

  it("finds a group in any spelling, as GitHub does", async () => {
    await run();
    assert.equal(made.group("Platform"), made.nodes.groups.get("platform"));
    assert.ok(made.group("platform"));
    assert.deepEqual([made.group("other"), made.group(undefined)], [undefined, undefined]);
  });
});
