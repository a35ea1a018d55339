/** How a run's end counts for the rate of failures and for streaks. */
export type Verdict = "good" | "bad" | "undecided";

/** `cancelled`, `skipped`, `neutral`, `stale` and `action_required` say nothing of whether the code works. */
export function verdictOf(conclusion: string | null): Verdict {
  switch (conclusion) {
    case "success":
      return "good";
    case "failure":
    case "timed_out":
    case "startup_failure":
      return "bad";
    default:
      return "undecided";
  }
}
