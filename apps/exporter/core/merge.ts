import { isDeepStrictEqual } from "node:util";

import { type AttemptId, type JobFact, type Millis, rankOf, type RunFact } from "./facts";

/** What is known of a job after some facts. */
export interface JobRecord extends Omit<JobFact, "kind" | keyof AttemptId> {
  /** It waited for an approval, so its time until the start says nothing of runners. */
  readonly waited: boolean;
}

/** What is known of a run's attempt after some facts. */
export type RunRecord = Omit<RunFact, "kind" | keyof AttemptId>;

/**
 * Both return the very record that was known when a fact says nothing new. Both are joins: commutative, associative and idempotent, so that late and doubled facts change nothing that is known already.
 * A stage is never left backwards.
 */
export function mergeRuns(known: RunRecord | undefined, fact: RunFact): RunRecord {
  const { workflow, event, branch, status, conclusion, startedAt, updatedAt } = fact;
  const news: RunRecord = { workflow, event, branch, status, conclusion, startedAt, updatedAt };
  if (known === undefined) return news;
  const ahead = rankOf(news.status) - rankOf(known.status);
  if (ahead !== 0) return ahead > 0 ? news : known;
  if (news.status !== "completed") return news.updatedAt > known.updatedAt ? news : known;
  // GitHub touches runs long after their end, so the earliest word of the end is the nearest to it.
  if (news.updatedAt !== known.updatedAt) return news.updatedAt < known.updatedAt ? news : known;
  return (news.conclusion ?? "") > (known.conclusion ?? "") ? news : known;
}

export function mergeJobs(known: JobRecord | undefined, fact: JobFact): JobRecord {
  const { jobId, status, conclusion, createdAt, startedAt, completedAt, labels } = fact;
  const waited = status === "waiting";
  const news: JobRecord = { jobId, status, conclusion, createdAt, startedAt, completedAt, labels, waited };
  if (known === undefined) return news;
  const [newer, older] = rankOf(status) > rankOf(known.status) ? [news, known] : [known, news];
  const merged = {
    ...newer,
    startedAt: earliest(newer.startedAt, older.startedAt),
    completedAt: earliest(newer.completedAt, older.completedAt),
    waited: waited || known.waited,
  };
  return isDeepStrictEqual(merged, known) ? known : merged;
}

function earliest(one: Millis | null, other: Millis | null): Millis | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
