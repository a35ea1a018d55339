import picomatch from "picomatch";

/** How the labels of metrics are kept few. */
export interface LabelRules {
  /** Classes of branches beside `default` and `other`: name by name, the first whose globs match decides. */
  readonly branchClasses: readonly { readonly name: string; readonly branches: readonly string[] }[];
  /** Labels of `runs-on` that say nothing of which runners are meant, in lower case. */
  readonly genericRunnerLabels: readonly string[];
  /** Applied in this order to each label in lower case; `to` may refer to groups as `$1`. */
  readonly rewriteRunnerLabels: readonly { readonly from: RegExp; readonly to: string }[];
}

export const usualGenericRunnerLabels = ["self-hosted", "linux", "windows", "macos", "x64", "x86", "arm64", "arm"];

export type BranchClassifier = (branch: string | null, defaultBranch: string | undefined) => string;

/** `default`, the name of a class, or `other`; as long as the repository's default branch is unknown, `main` and `master` count as that. */
export function branchClassifier({ branchClasses }: Pick<LabelRules, "branchClasses">): BranchClassifier {
  const matchers = branchClasses.map(({ name, branches }) => ({ name, matches: picomatch([...branches]) }));
  return (branch, defaultBranch) => {
    // Null for runs whose branch is gone, and for tags of some events.
    if (branch === null || branch === "") return "other";
    const isDefault = defaultBranch === undefined ? /^(main|master)$/.test(branch) : branch === defaultBranch;
    if (isDefault) return "default";
    return matchers.find(({ matches }) => matches(branch))?.name ?? "other";
  };
}

export type RunnerLabeller = (labels: readonly string[]) => string;

/**
 * One label for what `runs-on` asks for: without those that every runner has, in one order and case. Labels that hold the id of a run, as
 * some vendors make them, want a rewrite.
 */
export function runnerLabeller({
  genericRunnerLabels,
  rewriteRunnerLabels,
}: Pick<LabelRules, "genericRunnerLabels" | "rewriteRunnerLabels">): RunnerLabeller {
  const generic = new Set(genericRunnerLabels);
  return (labels) => {
    const rewritten = labels
      .map((label) =>
        rewriteRunnerLabels.reduce((text, { from, to }) => text.replace(from, to), label.trim().toLowerCase()),
      )
      .filter(Boolean);
    const all = [...new Set(rewritten)].sort();
    const telling = all.filter((label) => !generic.has(label));
    return (telling.length > 0 ? telling : all).join(",");
  };
}

const events = new Set([
  "push",
  "pull_request",
  "pull_request_target",
  "merge_group",
  "schedule",
  "workflow_dispatch",
  "repository_dispatch",
  "workflow_call",
  "release",
]);

/** The events that most workflows have; the others are `other`. */
export function eventClass(event: string): string {
  return events.has(event) ? event : "other";
}
