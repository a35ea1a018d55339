import { type Problem, show } from "../problems";

/** Repositories that are given twice. GitHub does not tell the cases of names apart. */
export function repeatedProblems(path: string, names: readonly string[]): Problem[] {
  const lower = names.map((name) => name.toLowerCase());
  return names
    .filter((_, index) => lower.indexOf(lower[index] ?? "") < index)
    .map((name) => ({ path, what: `${show("", name)} twice`, allowed: "each repository once" }));
}
