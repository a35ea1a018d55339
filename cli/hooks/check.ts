import { hookTemplateProblems } from "../../components/arc/hooks/template-problems";
import { formatProblem, type Problem } from "../../stacks/problems";
import { UserError } from "../user-error";
import type { SetTemplate } from "./show";

/** What a check of one stack found. */
export interface StackReport {
  readonly stack: string;
  /** Problems by scale set; sets without problems have an empty list. */
  readonly sets: Readonly<Record<string, readonly Problem[]>>;
  /** Why the stack's settings cannot be read, if so: then no set could be looked at. */
  readonly refused?: string;
}

/** Checks the hook templates of one stack. */
export function checkStack(stack: string, templatesOf: () => ReadonlyMap<string, SetTemplate>): StackReport {
  try {
    const sets = [...templatesOf()].map(([set, { document, mode }]) => [set, hookTemplateProblems(document, { mode })]);
    return { stack, sets: Object.fromEntries(sets) as StackReport["sets"] };
  } catch (error) {
    if (error instanceof UserError) return { stack, sets: {}, refused: error.message };
    throw error;
  }
}

export function isClean({ sets, refused }: StackReport): boolean {
  return refused === undefined && Object.values(sets).every((problems) => problems.length === 0);
}

/** A line for each stack without problems, else one for each problem. */
export function formatReport({ stack, sets, refused }: StackReport): string {
  if (refused !== undefined) return refused;
  const lines = Object.entries(sets).flatMap(([set, problems]) =>
    problems.map((problem) => `  ${set}: ${formatProblem(problem)}`),
  );
  const names = Object.keys(sets);
  if (lines.length > 0)
    return [`stack "${stack}": ${lines.length} problem${lines.length === 1 ? "" : "s"}`, ...lines].join("\n");
  return `stack "${stack}": no problems in ${names.length} hook template${names.length === 1 ? "" : "s"} (${names.join(", ") || "none"})`;
}
