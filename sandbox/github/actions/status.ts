import type { Attempt, Conclusion, Job, Status } from "./types";

/** What a run that is not over is, by its jobs: in progress from the first that began, or that ended without. */
export function statusOf(jobs: Attempt["jobs"], former: Status): Status {
  const has = (status: Status) => jobs.some((job) => job.status === status);
  if (has("in_progress")) return "in_progress";
  if (has("waiting") && !has("queued")) return "waiting";
  if (former === "in_progress" || has("completed")) return "in_progress";
  return "queued";
}

/** From the worst on; skipped and neutral jobs do no harm. */
const worst = ["startup_failure", "failure", "timed_out", "cancelled", "action_required", "stale"] as const;

/** How a run ends whose jobs ended so. */
export function endOf(jobs: readonly Job[]): Conclusion {
  const ends = new Set(jobs.map(({ conclusion }) => conclusion));
  const bad = worst.find((conclusion) => ends.has(conclusion));
  if (bad !== undefined) return bad === "timed_out" ? "failure" : bad;
  return jobs.length > 0 && jobs.every(({ conclusion }) => conclusion === "skipped") ? "skipped" : "success";
}
