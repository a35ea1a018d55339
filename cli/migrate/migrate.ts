import { scaleSetNameProblem } from "../../components/arc/names";
import { defaults } from "../../stacks/defaults";
import type { Problem } from "../../stacks/problems";
import { mistakesOf } from "./mistakes";
import { readObjects } from "./read";
import type { Migrated } from "./render";
import { pairObjects } from "./runners";
import { replacementOf } from "./scale-set";

export interface InputFile {
  readonly name: string;
  readonly text: string;
}

/** What replaces the objects of some files, or all that could not be read. */
export type Migration = { readonly migrated: readonly Migrated[] } | { readonly errors: readonly string[] };

/** @param host address of GitHub, such as `https://github.com`. */
export function migrate(files: readonly InputFile[], host: string): Migration {
  const readings = files.map(({ name, text }) => readObjects(name, text));
  const { runners, errors } = pairObjects(readings.flatMap(({ objects }) => objects));
  const unread = readings.flatMap((reading) => reading.errors);
  // Autoscalers seem to miss their runners when these could not be read.
  if (unread.length > 0) return { errors: unread };
  if (errors.length > 0) return { errors };
  if (runners.length === 0) return { errors: [`${files.map(({ name }) => name).join(", ")}: no legacy objects`] };
  return {
    migrated: runners.map((one) => ({
      ...replacementOf(one, host),
      sources: one.sources,
      mistakes: [...nameMistakes(one.name), ...mistakesOf(one)],
    })),
  };
}

/** The name becomes the value of `runs-on`, for which scale sets have rules of their own. */
function nameMistakes(name: string): Problem[] {
  const problem = scaleSetNameProblem(name);
  if (problem) return [{ path: name, what: `given ${JSON.stringify(name)} as the name of a scale set`, ...problem }];
  // Names of objects are made from what follows `runner-`.
  const short = (set: string): string => set.replace(/^runner-/, "");
  const taken = Object.keys(defaults.scaleSets ?? {}).find((set) => short(set) === short(name));
  if (taken === undefined) return [];
  const fix = `rename it here, or take that set away with scaleSets.${taken}: null`;
  return [{ path: name, what: `given ${JSON.stringify(name)}, beside the platform's own set ${taken}`, fix }];
}
