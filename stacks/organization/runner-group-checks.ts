import { joinPath, type Problem, show } from "../problems";
import { repeatedProblems } from "./repeated";
import type { OrganizationSettings } from "./schema";

/** Runner groups: for whom they are, and by which names. */
export function runnerGroupProblems({ runnerGroups }: OrganizationSettings): Problem[] {
  const names = Object.keys(runnerGroups);
  const lower = names.map((name) => name.toLowerCase());
  return Object.entries(runnerGroups).flatMap(([name, { repositories, workflows }], index): Problem[] => {
    const path = joinPath("organization", "runnerGroups", name);
    return [
      ...nameProblems(path, name, lower.indexOf(name.toLowerCase()) < index),
      ...(repositories.length > 0
        ? []
        : [
            {
              path: `${path}.repositories`,
              what: "empty: no repository may use its runners",
              allowed: "at least one repository",
            },
          ]),
      ...repeatedProblems(`${path}.repositories`, repositories),
      ...(workflows?.length === 0
        ? [
            {
              path: `${path}.workflows`,
              what: "empty: no workflow may use its runners",
              allowed: "at least one, or none",
            },
          ]
        : []),
    ];
  });
}

function nameProblems(path: string, name: string, repeated: boolean): Problem[] {
  const what = `${show("", name)} as name`;
  if (name.trim() !== name || name === "") return [{ path, what, allowed: "a text without blanks around it" }];
  if (name.toLowerCase() === "default")
    return [{ path, what, allowed: "another name: GitHub's own group of that name is there already" }];
  return repeated ? [{ path, what, allowed: "names that differ by more than capitals" }] : [];
}
