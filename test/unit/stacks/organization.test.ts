import assert from "node:assert/strict";

import { decodeSettings } from "../../../stacks/decode";
import type { Changes } from "../../support/settings";
import { chartAt, config, messageOf, settingsOf } from "../../support/settings";
import { testRefusals } from "./vault-fixtures";

const role = { repositories: ["app"] };
const complete = {
  organization: { secrets: { ROLE: role } },
  organizationToken: "ghp_0",
  organizationSecrets: { ROLE: "harbor-reader" },
};
/** A development stack with an organization, and some of it changed. */
const organization = (changes: object = {}, others: Changes = {}): Changes => ({
  ...complete,
  organization: { ...complete.organization, ...changes },
  ...others,
});
const secrets = (name: string, repositories: readonly string[] = ["app"]): Changes =>
  organization({ secrets: { [name]: { repositories } } }, { organizationSecrets: { [name]: "v" } });
const variables = (name: string, changes: object, others: Changes = {}): Changes =>
  organization({ variables: { [name]: { ...role, ...changes } } }, others);

describe("the section organization", () => {
  it("is not there unless somebody gives it", () => {
    assert.equal(settingsOf("dev").organization, undefined);
    assert.deepEqual(settingsOf("dev", organization()).organization, {
      secrets: { ROLE: role },
      variables: {},
      runnerGroups: {},
    });
  });

  it("takes one value away with null", () => {
    const value = { organizationSecrets: { ROLE: "harbor-reader", OTHER: null } };
    assert.ok(settingsOf("dev", organization({}, value)).organization);
  });

  it("never repeats a value", () => {
    const message = messageOf("dev", organization({ secrets: {} }, { organizationSecrets: { ROLE: "s3cr3t" } }));
    assert.ok(!message.includes("s3cr3t"), message);
    const result = decodeSettings("dev", { ...config(organization()), organizationSecrets: "s3cr3t" }, chartAt);
    assert.ok(!JSON.stringify(result).includes("s3cr3t"));
  });
});

describe("an organization whose settings are wrong", () => {
  testRefusals([
    [
      "no token",
      organization({}, { organizationToken: undefined }),
      [
        "organizationToken: not set, but there is a section organization; allowed: a token that may administer the organization's Actions, see docs/organization.md; fix: pulumi config set --secret organizationToken",
      ],
    ],
    [
      "a token with a line break",
      organization({}, { organizationToken: "ghp_0\n" }),
      [
        "organizationToken: empty or with blanks [hidden]; allowed: a token alone; fix: set it again without line break",
      ],
    ],
    [
      "a token and secrets without the section",
      { organizationToken: "ghp_0", organizationSecrets: { ROLE: "v" } },
      [
        "organizationToken: given, but there is no section organization; allowed: nothing without it; fix: pulumi config rm organizationToken",
        "organizationSecrets: given, but there is no section organization; allowed: nothing without it; fix: pulumi config rm organizationSecrets",
      ],
    ],
    [
      "a secret without a value",
      organization({}, { organizationSecrets: undefined }),
      [
        "organizationSecrets.ROLE: not set, but organization.secrets names it; allowed: the value of the secret; fix: pulumi config set --secret --path 'organizationSecrets.ROLE'",
      ],
    ],
    [
      "a value of a secret that there is none of",
      organization({}, { organizationSecrets: { ROLE: "v", ROLL: "w" } }),
      [
        "organizationSecrets.ROLL: given, but organization.secrets does not name it; allowed: ROLE; fix: did you mean ROLE?",
      ],
    ],
    [
      "values that are no map",
      organization({ secrets: {} }, { organizationSecrets: "v" }),
      [
        "organizationSecrets: no JSON map [hidden]; allowed: a JSON map of names to texts; fix: pulumi config set --secret --path 'organizationSecrets.NAME'",
      ],
    ],
    [
      "a value that is empty",
      organization({}, { organizationSecrets: { ROLE: "" } }),
      [
        "organizationSecrets.ROLE: empty, or no text [hidden]; allowed: a text that is not empty; fix: pulumi config set --secret --path 'organizationSecrets.NAME'",
      ],
    ],
    [
      "a value that is too large",
      organization({}, { organizationSecrets: { ROLE: "é".repeat(24_577) } }),
      ["organizationSecrets.ROLE: 49154 bytes; allowed: at most 49152 bytes"],
    ],
    [
      "a secret for nobody",
      secrets("ROLE", []),
      [
        "organization.secrets.ROLE.repositories: empty: no repository may use it; allowed: what rule GHS-01 lets through: at least one repository",
      ],
    ],
    [
      "a repository twice",
      secrets("ROLE", ["app", "App"]),
      ['organization.secrets.ROLE.repositories: given "App" twice; allowed: each repository once'],
    ],
    [
      "a repository with its owner",
      secrets("ROLE", ["acme/app"]),
      [
        "organization.secrets.ROLE.repositories.0: given [hidden]; allowed: the name of a repository of the organization, without its owner",
      ],
    ],
    ...["role", "1ROLE", "GITHUB_ROLE", "MY-ROLE"].map((name): [string, Changes, string[]] => [
      `the name ${name}`,
      secrets(name),
      [
        `organization.secrets.${name}: given ${JSON.stringify(name)} as name; allowed: capitals, digits and underscores, not beginning with a digit or GITHUB_`,
      ],
    ]),
    [
      "a variable without a value",
      variables("URL", {}),
      ["organization.variables.URL: has neither value nor from; allowed: exactly one of value and from"],
    ],
    [
      "a variable with two",
      variables("URL", { value: "x", from: "vaultAddress" }),
      ["organization.variables.URL: has value and from; allowed: exactly one of value and from"],
    ],
    [
      "the address of a Vault that there is none of",
      variables("URL", { from: "vaultAddress" }),
      [
        'organization.variables.URL.from: given "vaultAddress", but there is no section vault; allowed: nothing without it; fix: give the address as value',
      ],
    ],
    [
      "a variable for nobody",
      variables("URL", { value: "x", repositories: [] }),
      [
        "organization.variables.URL.repositories: empty: no repository may use it; allowed: what rule GHS-01 lets through: at least one repository",
      ],
    ],
    [
      "an enterprise without an organization",
      organization({}, { github: { configUrl: "https://github.com/enterprises/acme" } }),
      ["organization.name: not set, and github.configUrl names an enterprise; allowed: its name"],
    ],
  ]);
});
