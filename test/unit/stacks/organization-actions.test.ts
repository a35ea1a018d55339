import type { Changes } from "../../support/settings";
import { testRefusals } from "./vault-fixtures";

const section = (organization: object, others: Changes = {}): Changes => ({
  organization,
  organizationToken: "ghp_0",
  ...others,
});
const group = (name: string, changes: object = {}): Changes =>
  section({ runnerGroups: { [name]: { repositories: ["app"], ...changes } } });
const actions = (changes: object, others: Changes = {}): Changes => section({ actions: changes }, others);

describe("runner groups that are wrong", () => {
  testRefusals([
    [
      "GitHub's own group",
      group("default"),
      [
        'organization.runnerGroups.default: given "default" as name; allowed: another name: GitHub\'s own group of that name is there already',
      ],
    ],
    [
      "a name with blanks around it",
      group(" fast"),
      ['organization.runnerGroups[" fast"]: given " fast" as name; allowed: a text without blanks around it'],
    ],
    [
      "two names that are one to GitHub",
      section({ runnerGroups: { fast: { repositories: ["app"] }, Fast: { repositories: ["app"] } } }),
      ['organization.runnerGroups.Fast: given "Fast" as name; allowed: names that differ by more than capitals'],
    ],
    [
      "no repository",
      group("fast", { repositories: [] }),
      [
        "organization.runnerGroups.fast.repositories: empty: no repository may use its runners; allowed: at least one repository",
      ],
    ],
    [
      "an empty list of workflows",
      group("fast", { workflows: [] }),
      [
        "organization.runnerGroups.fast.workflows: empty: no workflow may use its runners; allowed: at least one, or none",
      ],
    ],
    [
      "a workflow without a ref",
      group("fast", { workflows: ["acme/app/.github/workflows/ci.yml"] }),
      [
        'organization.runnerGroups.fast.workflows.0: given "acme/app/.github/workflows/ci.yml"; allowed: OWNER/REPOSITORY/.github/workflows/FILE@REF',
      ],
    ],
  ]);
});

describe("permissions of workflows that are wrong", () => {
  testRefusals([
    [
      "repositories without the choice",
      actions({ repositories: ["app"] }),
      ["organization.actions.repositories: given; allowed: nothing without enabledRepositories: selected"],
    ],
    [
      "the choice without repositories",
      actions({ enabledRepositories: "selected" }),
      ["organization.actions.repositories: not set; allowed: at least one with enabledRepositories: selected"],
    ],
    [
      "patterns where all actions are allowed",
      actions({ patterns: ["docker/*"], verifiedAllowed: true }),
      [
        "organization.actions.verifiedAllowed: given; allowed: nothing without allowedActions: selected",
        "organization.actions.patterns: given; allowed: nothing without allowedActions: selected",
      ],
    ],
    [
      "pinning on a server that is too old",
      actions(
        { shaPinningRequired: true },
        { github: { configUrl: "https://ghes.example.com/acme", enterpriseServerVersion: "3.18" } },
      ),
      [
        "organization.actions.shaPinningRequired: given true; allowed: nothing: GitHub Enterprise Server 3.18 has no commit ids of actions that are required (3.19 has)",
      ],
    ],
    [
      "an approval of pull requests, which nobody here can set",
      actions({ forkApproval: "all_external_contributors" }),
      [
        "organization.actions.forkApproval: unknown key; allowed: enabledRepositories, repositories, allowedActions, githubOwnedAllowed, verifiedAllowed, patterns, shaPinningRequired, defaultWorkflowPermissions, canApprovePullRequests",
      ],
    ],
  ]);
});
