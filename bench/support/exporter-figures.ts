import type { LedgerEntry } from "../../sandbox/github/actions/ledger";

/**
 * The least that polling is charged for: each list that changed within an interval once, and each completed run's jobs once. See "the physical limit"
 * of the exporter's request budget: D + F.
 */
export function floorOf(
  entries: readonly LedgerEntry[],
  from: number,
  to: number,
  intervalMs: number,
): { readonly lists: number; readonly ends: number } {
  const within = entries.filter(({ at }) => at >= from && at <= to);
  const changed = new Set(within.map(({ repository, at }) => `${repository} ${Math.floor((at - from) / intervalMs)}`));
  const ends = within.filter(({ event, action }) => event === "workflow_run" && action === "completed");
  return { lists: changed.size, ends: ends.length };
}

/** Seconds from each end of a run to the first scrape that counts it; ends that no scrape counts are left out. */
export function staleness(
  entries: readonly LedgerEntry[],
  scrapes: readonly { readonly at: number; readonly text: string }[],
  from: number,
): number[] {
  const ends = entries
    .filter(({ at, event, action }) => at >= from && event === "workflow_run" && action === "completed")
    .map(({ at }) => at);
  const counts = scrapes.map(({ at, text }) => ({ at, count: countedRuns(text) }));
  const atFirst = counts[0]?.count ?? 0;
  return ends.flatMap((end, index) => {
    const seen = counts.find(({ count }) => count >= atFirst + index + 1);
    return seen === undefined ? [] : [(seen.at - end) / 1000];
  });
}

function countedRuns(text: string): number {
  return text
    .split("\n")
    .filter((line) => line.startsWith("github_actions_workflow_runs_total{"))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}
