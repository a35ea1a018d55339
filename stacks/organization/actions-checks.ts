import type { Readable } from "../checks";
import { availability, serverFeatures } from "../github/enterprise-server";
import { type Problem, show } from "../problems";
import { repeatedProblems } from "./repeated";
import type { ActionsSettings, OrganizationSettings } from "./schema";

const section = "organization.actions";

/** Permissions of workflows: settings that belong to another choice, and what a server does not have. */
export function actionsProblems({ actions }: OrganizationSettings, { github }: Readable): Problem[] {
  if (!actions) return [];
  return [
    ...repositoryProblems(actions),
    ...allowedProblems(actions),
    ...(github ? pinningProblems(actions, github.enterpriseServerVersion) : []),
  ];
}

function repositoryProblems({ enabledRepositories = "all", repositories }: ActionsSettings): Problem[] {
  const path = `${section}.repositories`;
  if (enabledRepositories === "all")
    return repositories === undefined ? [] : [belongsTo(path, "enabledRepositories: selected")];
  if (repositories === undefined || repositories.length === 0)
    return [
      { path, what: repositories ? "empty" : "not set", allowed: "at least one with enabledRepositories: selected" },
    ];
  return repeatedProblems(path, repositories);
}

const ofSelected = ["githubOwnedAllowed", "verifiedAllowed", "patterns"] as const;

function allowedProblems(actions: ActionsSettings): Problem[] {
  if (actions.allowedActions === "selected") return [];
  return ofSelected
    .filter((key) => actions[key] !== undefined)
    .map((key) => belongsTo(`${section}.${key}`, "allowedActions: selected"));
}

function pinningProblems({ shaPinningRequired }: ActionsSettings, version: string | undefined): Problem[] {
  const { shaPinning } = serverFeatures;
  if (shaPinningRequired !== true || version === undefined || availability(shaPinning, version) === "on") return [];
  const path = `${section}.shaPinningRequired`;
  const allowed = `nothing: GitHub Enterprise Server ${version} has no ${shaPinning.name} (${shaPinning.since} has)`;
  return [{ path, what: show(path, true), allowed }];
}

function belongsTo(path: string, choice: string): Problem {
  return { path, what: "given", allowed: `nothing without ${choice}` };
}
