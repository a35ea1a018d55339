import { parseGitHubUrl } from "../../components/arc/github-url";
import { sharedValueViolations } from "../../components/github/organization-rules";
import type { Readable } from "../checks";
import { joinPath, nearestName, type Problem, show } from "../problems";
import type { SecretsPresent } from "../secrets";
import { actionsProblems } from "./actions-checks";
import { repeatedProblems } from "./repeated";
import { runnerGroupProblems } from "./runner-group-checks";
import type { OrganizationSettings } from "./schema";
import { mostValueBytes } from "./secret-values";

/** All that is wrong with the section `organization`, by itself and with what others are. */
export function organizationProblems(settings: Readable, secrets: SecretsPresent): Problem[] {
  const { organization } = settings;
  if (!organization) return withoutSection(settings, secrets);
  return [
    ...placeProblems(organization, settings),
    ...tokenProblems(secrets),
    ...secretProblems(organization, secrets),
    ...variableProblems(organization, settings),
    ...runnerGroupProblems(organization),
    ...actionsProblems(organization, settings),
  ];
}

function withoutSection({ unreadable = [] }: Readable, secrets: SecretsPresent): Problem[] {
  if (unreadable.includes("organization")) return [];
  return (["organizationToken", "organizationSecrets"] as const)
    .filter((key) => secrets[key])
    .map((path) => ({
      path,
      what: "given, but there is no section organization",
      allowed: "nothing without it",
      fix: `pulumi config rm ${path}`,
    }));
}

/** An enterprise has no secrets of its own, and its name says nothing of its organizations'. */
function placeProblems({ name }: OrganizationSettings, { github }: Readable): Problem[] {
  const scope = github && parseGitHubUrl(github.configUrl);
  if (name !== undefined || scope?.kind !== "enterprise") return [];
  return [
    { path: "organization.name", what: "not set, and github.configUrl names an enterprise", allowed: "its name" },
  ];
}

function tokenProblems(secrets: SecretsPresent): Problem[] {
  if (secrets.organizationToken) return [];
  return [
    {
      path: "organizationToken",
      what: "not set, but there is a section organization",
      allowed: "a token that may administer the organization's Actions, see docs/organization.md",
      fix: "pulumi config set --secret organizationToken",
    },
  ];
}

function secretProblems({ secrets }: OrganizationSettings, { organizationSecretNames }: SecretsPresent): Problem[] {
  const names = Object.keys(secrets);
  const missing = names
    .filter((name) => !organizationSecretNames.includes(name))
    .map((name) => ({
      path: joinPath("organizationSecrets", name),
      what: "not set, but organization.secrets names it",
      allowed: "the value of the secret",
      fix: `pulumi config set --secret --path 'organizationSecrets.${name}'`,
    }));
  const unused = organizationSecretNames
    .filter((name) => !names.includes(name))
    .map((name) => {
      const nearest = nearestName(name, names);
      return {
        path: joinPath("organizationSecrets", name),
        what: "given, but organization.secrets does not name it",
        allowed: names.join(", ") || "nothing: there are no secrets",
        ...(nearest !== undefined && { fix: `did you mean ${nearest}?` }),
      };
    });
  return [
    ...Object.entries(secrets).flatMap(([name, { repositories }]) => sharedProblems("secrets", name, repositories)),
    ...missing,
    ...unused,
  ];
}

function variableProblems({ variables }: OrganizationSettings, { vault, unreadable = [] }: Readable): Problem[] {
  return Object.entries(variables).flatMap(([name, { value, from, repositories }]): Problem[] => {
    const path = joinPath("organization", "variables", name);
    const shared = sharedProblems("variables", name, repositories);
    if ((value === undefined) === (from === undefined)) {
      const what = value === undefined ? "has neither value nor from" : "has value and from";
      return [...shared, { path, what, allowed: "exactly one of value and from" }];
    }
    const bytes = Buffer.byteLength(value ?? "");
    if (bytes > mostValueBytes)
      shared.push({ path: `${path}.value`, what: `${bytes} bytes`, allowed: `at most ${mostValueBytes} bytes` });
    if (from === "vaultAddress" && !vault && !unreadable.includes("vault")) {
      const what = `${show("", from)}, but there is no section vault`;
      shared.push({ path: `${path}.from`, what, allowed: "nothing without it", fix: "give the address as value" });
    }
    return shared;
  });
}

/** What holds for secrets and variables alike. GitHub writes their names in capitals, whatever it is given. */
function sharedProblems(kind: "secrets" | "variables", name: string, repositories: readonly string[]): Problem[] {
  const path = joinPath("organization", kind, name);
  const violations = sharedValueViolations({ visibility: "selected", selectedRepositoryIds: repositories });
  return [
    ...(/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/.test(name)
      ? []
      : [
          {
            path,
            what: `${show("", name)} as name`,
            allowed: "capitals, digits and underscores, not beginning with a digit or GITHUB_",
          },
        ]),
    ...violations.map(({ rule }) => ({
      path: `${path}.repositories`,
      what: "empty: no repository may use it",
      allowed: `what rule ${rule} lets through: at least one repository`,
    })),
    ...repeatedProblems(`${path}.repositories`, repositories),
  ];
}
