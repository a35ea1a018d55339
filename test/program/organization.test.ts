import assert from "node:assert/strict";

import { placeholderMark } from "../../cli/placeholders";
import { organizationSettings } from "../../sandbox/github/settings";
import type { Registrations } from "../support/mocks";
import { type Run, runExample } from "./examples";

const kinds = {
  provider: "pulumi:providers:github",
  secret: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
  variable: "github:index/actionsOrganizationVariable:ActionsOrganizationVariable",
  group: "github:index/actionsRunnerGroup:ActionsRunnerGroup",
  permissions: "github:index/actionsOrganizationPermissions:ActionsOrganizationPermissions",
  workflows: "github:index/actionsOrganizationWorkflowPermissions:ActionsOrganizationWorkflowPermissions",
  set: "runner-platform:index:RunnerScaleSet",
};
const ids: Readonly<Record<string, number>> = { "example-org/app": 11, "example-org/devcontainers": 12 };
const functions = {
  "github:index/getRepository:getRepository": ({ fullName }: Readonly<Record<string, unknown>>) => {
    const repoId = ids[String(fullName)];
    return repoId === undefined ? {} : { repoId };
  },
};
const value = "the-value-of-the-secret";
const changes = {
  organization: {
    secrets: { VAULT_ACTION_ROLE: { repositories: ["app"] } },
    variables: { CA: { value: "pem", repositories: ["devcontainers", "app"] } },
    runnerGroups: {
      platform: { repositories: ["app"] },
      fast: { repositories: ["app"], workflows: ["a/b/.github/workflows/c.yml@d"] },
    },
    actions: {},
  },
  organizationToken: "ghp_organization",
  organizationSecrets: JSON.stringify({ VAULT_ACTION_ROLE: value }),
};

const ofGithub = (registrations: Registrations): string[] =>
  registrations.list().filter((line) => /^(github|runner-platform:index:(Organization|RunnerGroups))/.test(line));

describe("the program of stack prod with an organization", () => {
  let run: Run;
  before(async () => {
    run = await runExample("prod", false, changes, functions);
  });

  it("makes exactly what the settings say", () => {
    assert.deepEqual(
      ofGithub(run.registrations),
      [
        `${kinds.secret} organization-secrets-VAULT_ACTION_ROLE < organization-secrets`,
        `${kinds.variable} organization-variables-CA < organization-variables`,
        `${kinds.group} runner-groups-fast < runner-groups`,
        `${kinds.group} runner-groups-platform < runner-groups`,
        `${kinds.permissions} organization-actions-permissions < organization-actions`,
        `${kinds.workflows} organization-actions-workflow-permissions < organization-actions`,
        "runner-platform:index:OrganizationActions organization-actions < platform",
        "runner-platform:index:OrganizationSecrets organization-secrets < platform",
        "runner-platform:index:OrganizationVariables organization-variables < platform",
        "runner-platform:index:RunnerGroups runner-groups < platform",
      ].sort(),
    );
    for (const { name, type, provider } of run.registrations.all)
      if (type.startsWith("github:")) assert.equal(provider, "platform-github", name);
  });

  it("registers the same in a preview in which nobody can be asked", async () => {
    const preview = await runExample("prod", true, changes, { ...functions, ...mute });
    assert.deepEqual(preview.registrations.list(), run.registrations.list());
  });

  it("shows value and token to nobody but the secret and the provider, and to these as secrets", () => {
    const holders = run.registrations.all.filter(({ inputs }) =>
      [value, changes.organizationToken].some((text) => JSON.stringify(inputs).includes(text)),
    );
    assert.deepEqual(
      holders.map(({ name, secretPaths }) => [name, secretPaths]),
      [
        ["platform-github", ["token"]],
        ["organization-secrets-VAULT_ACTION_ROLE", ["value"]],
      ],
    );
    assert.ok(!JSON.stringify(run.outputs).includes(value));
  });

  it("gives values and groups to the named repositories alone, by their ids", () => {
    const { get } = { get: (type: string, name: string) => run.registrations.get(type, name).inputs };
    const selected = (inputs: Readonly<Record<string, unknown>>) => [
      inputs["visibility"],
      inputs["selectedRepositoryIds"],
    ];
    assert.deepEqual(selected(get(kinds.secret, "organization-secrets-VAULT_ACTION_ROLE")), ["selected", [11]]);
    assert.deepEqual(selected(get(kinds.variable, "organization-variables-CA")), ["selected", [11, 12]]);
    assert.deepEqual(get(kinds.group, "runner-groups-platform"), {
      name: "platform",
      visibility: "selected",
      selectedRepositoryIds: [11],
      allowsPublicRepositories: false,
      restrictedToWorkflows: false,
    });
    const { restrictedToWorkflows, selectedWorkflows } = get(kinds.group, "runner-groups-fast");
    assert.deepEqual([restrictedToWorkflows, selectedWorkflows], [true, ["a/b/.github/workflows/c.yml@d"]]);
  });

  it("pins actions, lets tokens read, and leaves it so when the section goes", () => {
    const permissions = run.registrations.get(kinds.permissions, "organization-actions-permissions");
    assert.deepEqual(permissions.inputs, {
      enabledRepositories: "all",
      allowedActions: "all",
      shaPinningRequired: true,
    });
    const workflows = run.registrations.get(kinds.workflows, "organization-actions-workflow-permissions");
    assert.deepEqual(workflows.inputs, {
      organizationSlug: "example-org",
      defaultWorkflowPermissions: "read",
      canApprovePullRequestReviews: false,
    });
    assert.ok(permissions.retainOnDelete && workflows.retainOnDelete);
  });

  it("makes sets after the group that they are in, and after no other", () => {
    // Pulumi.prod.yaml has all sets in the group `platform`.
    const sets = run.registrations.ofType(kinds.set);
    assert.equal(sets.length, Object.keys(run.settings.scaleSets).length);
    for (const { dependencies, name } of sets) {
      assert.ok(dependencies.includes("runner-groups-platform"), name);
      assert.ok(!dependencies.includes("runner-groups-fast"), name);
    }
  });

  it("asks the GitHub where sets register", () => {
    const { inputs } = run.registrations.get(kinds.provider, "platform-github");
    assert.deepEqual([inputs["baseUrl"], inputs["owner"]], ["https://api.github.com/", "example-org"]);
  });
});

const mute = { "github:index/getRepository:getRepository": () => ({}) };

describe("the program of stack ghes with an organization", () => {
  it("asks the server, and demands no commit ids of one that cannot", async () => {
    const organization = { name: "research", actions: {} };
    const { registrations } = await runExample("ghes", false, { organization, organizationToken: "t" }, functions);
    const { inputs } = registrations.get(kinds.provider, "platform-github");
    assert.deepEqual([inputs["baseUrl"], inputs["owner"]], ["https://ghes.example.com/", "research"]);
    const permissions = registrations.get(kinds.permissions, "organization-actions-permissions");
    assert.ok(!("shaPinningRequired" in permissions.inputs));
  });
});

describe("the program of stack local with the sandbox's organization", () => {
  it("has Vault's address as a variable and the role as a secret", async () => {
    const { section, token, secrets } = organizationSettings(true, "sandbox_0");
    const known = { "github:index/getRepository:getRepository": () => ({ repoId: 7 }) };
    const given = { organization: section, organizationToken: token, organizationSecrets: JSON.stringify(secrets) };
    const { registrations } = await runExample("local", false, given, known);
    const { inputs } = registrations.get(kinds.variable, "organization-variables-VAULT_ACTION_URL");
    assert.equal(inputs["value"], "https://vault-active.vault.svc:8200");
    assert.equal(
      registrations.get(kinds.secret, "organization-secrets-VAULT_ACTION_ROLE").inputs["value"],
      secrets["VAULT_ACTION_ROLE"],
    );
    assert.ok(!JSON.stringify(registrations.ofType(kinds.secret)).includes(placeholderMark));
  });
});
