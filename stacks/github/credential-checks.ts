import type { ArcRelease } from "../../components/arc/release";
import { type Problem, show } from "../problems";
import type { Readable } from "../checks";
import type { SecretsPresent } from "../secrets";
import { scopesOf } from "./scopes";

/** Exactly one credential, complete, and one that can register the sets where they are to register. */
export function credentialProblems(
  settings: Readable,
  secrets: SecretsPresent,
  release: ArcRelease | undefined,
): Problem[] {
  const { github } = settings;
  return [
    ...presenceProblems(secrets),
    ...(github ? appProblems(github, secrets, release) : []),
    ...(secrets.githubAppPrivateKey ? reachProblems(settings) : []),
  ];
}

function presenceProblems(secrets: SecretsPresent): Problem[] {
  const allowed = "exactly one of githubToken and githubAppPrivateKey (both secrets)";
  if (secrets.githubToken && secrets.githubAppPrivateKey) {
    const what = "given beside githubAppPrivateKey";
    return [{ path: "githubToken", what, allowed, fix: "pulumi config rm githubToken" }];
  }
  if (secrets.githubToken || secrets.githubAppPrivateKey) return [];
  const what = "not set, nor is githubAppPrivateKey";
  return [{ path: "githubToken", what, allowed, fix: "pulumi config set --secret githubToken" }];
}

function appProblems(
  github: NonNullable<Readable["github"]>,
  secrets: SecretsPresent,
  release: ArcRelease | undefined,
): Problem[] {
  const problems: Problem[] = [];
  for (const key of ["appId", "installationId"] as const) {
    const path = `github.${key}`;
    if (secrets.githubAppPrivateKey && github[key] === undefined)
      problems.push({ path, what: "not set, but githubAppPrivateKey is" });
    if (!secrets.githubAppPrivateKey && github[key] !== undefined)
      problems.push({ path, what: `${show(path, github[key])}, but githubAppPrivateKey is not set` });
  }
  if (release?.appClientIds === false && github.appId?.startsWith("Iv")) {
    const allowed = `the numeric App id: ARC ${release.version} knows no client ids`;
    problems.push({ path: "github.appId", what: show("github.appId", github.appId), allowed });
  }
  return problems;
}

/** An installation of an App belongs to one organization and reaches nothing outside it. */
function reachProblems(settings: Readable): Problem[] {
  const [main, ...others] = scopesOf(settings);
  if (!main) return [];
  if (main.scope.kind === "enterprise") {
    return [
      {
        path: "githubAppPrivateKey",
        what: "given for an enterprise",
        allowed: "githubToken with the scope manage_runners:enterprise",
        fix: "GitHub Apps cannot register runners of an enterprise",
      },
    ];
  }
  return others.flatMap(({ path, url, scope }): Problem[] => {
    if (scope.kind === "enterprise") {
      return [
        {
          path,
          what: `${show(path, url)}, but the credential is a GitHub App`,
          allowed: "an organization or a repository, or githubToken with the scope manage_runners:enterprise",
          fix: "GitHub Apps cannot register runners of an enterprise",
        },
      ];
    }
    if (scope.owner === main.scope.owner) return [];
    return [
      {
        path,
        what: `${show(path, url)}, but the credential is a GitHub App`,
        allowed: `${main.scope.owner} or a repository of it: an installation of an App reaches one organization`,
        fix: "use githubToken, or a stack of its own for the other organization",
      },
    ];
  });
}
