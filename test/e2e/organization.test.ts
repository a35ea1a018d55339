import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { githubToken } from "../../sandbox/platform/github";
import { embeddedTarget } from "../../sandbox/platform/target";
import { github, localOk, state } from "./support/sandbox";
import { stackFile } from "./support/stack-file";
import { whereSecretsShow } from "./support/visible-texts";

const name = "E2E_SECRET";
/** Nothing else has it, so whatever shows it shows this secret. */
const value = `${randomBytes(18).toString("base64url")}, with ümlauts`;

/** The sandbox's organization with one secret more, and a group for some repositories. */
const given = (repositories: readonly string[], secret = value) =>
  stackFile({
    organization: { secrets: { [name]: { repositories } }, runnerGroups: { e2e: { repositories } } },
    organizationSecrets: { [name]: secret },
  });

async function get(path: string): Promise<Record<string, unknown>> {
  const url = `http://${embeddedTarget().githubAddress}/orgs/acme/actions/${path}`;
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${githubToken(state())}` } });
  return (await answer.json()) as Record<string, unknown>;
}

const secretOf = async (repository: string): Promise<string | undefined> =>
  (await github().workflowValues(`acme/${repository}`)).secrets[name];

async function groupRepositories(): Promise<string[] | undefined> {
  const groups = (await get("runner-groups"))["runner_groups"] as { id: number; name: string }[];
  const group = groups.find((each) => each.name === "e2e");
  if (!group) return undefined;
  const { repositories } = await get(`runner-groups/${String(group.id)}/repositories`);
  return (repositories as { name: string }[]).map((repository) => repository.name).sort();
}

describe("the organization of the sandbox", () => {
  it("has what workflows need to log in at Vault, and permissions that pin actions", async () => {
    await localOk();
    assert.deepEqual(await github().workflowValues("acme/app"), {
      secrets: { VAULT_ACTION_ROLE: "harbor-reader" },
      variables: { VAULT_ACTION_URL: "https://vault-active.vault.svc:8200" },
    });
    assert.deepEqual((await github().workflowValues("acme/somebody-elses")).variables, {});
    assert.equal((await get("permissions"))["sha_pinning_required"], true);
    assert.equal((await get("permissions/workflow"))["default_workflow_permissions"], "read");
  });

  it("brings a secret as it was set, to the chosen repositories alone", async () => {
    await localOk("--config", given(["app", "devcontainers"]), "up");
    assert.deepEqual(
      [await secretOf("app"), await secretOf("devcontainers"), await secretOf("somebody-elses")],
      [value, value, undefined],
    );
    assert.equal((await get(`secrets/${name}`))["visibility"], "selected");
    assert.deepEqual(await groupRepositories(), ["app", "devcontainers"]);
    const { output } = await localOk("--config", given(["devcontainers", "app"]), "up");
    assert.match(output, /nothing to change/);
  });

  it("shows it neither in the state nor in logs, events and objects", async () => {
    assert.deepEqual(await whereSecretsShow([value, value.split(",")[0] ?? ""]), []);
  });

  it("takes access from a repository that the settings do not name any more, and keeps that of others when it is rotated", async () => {
    const rotated = `${value}, rotated`;
    await localOk("--config", given(["devcontainers"], rotated), "up");
    assert.deepEqual([await secretOf("app"), await secretOf("devcontainers")], [undefined, rotated]);
    assert.deepEqual(await groupRepositories(), ["devcontainers"]);
  });

  it("is as it was when the settings are", async () => {
    await localOk();
    assert.deepEqual([await secretOf("devcontainers"), await groupRepositories()], [undefined, undefined]);
  });
});
