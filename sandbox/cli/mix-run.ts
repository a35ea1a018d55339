import { setTimeout as sleep } from "node:timers/promises";
import type { AdminJob, AdminLedgerJob, GitHubAdminClient, QueueRequest } from "../github/client";
import { countJobs, type JobsProgress } from "../github/jobs";
import type { PlannedJob } from "../github/mix";

export interface RunPlanOptions {
  /** Container of all jobs. @default none */
  readonly container?: QueueRequest["container"];
  /** Gives up following, not the jobs, after so long. */
  readonly timeoutSeconds: number;
  /** @default 500 */
  readonly intervalMillis?: number;
}

/** What was seen of a scale set while the plan ran. */
export interface Peaks {
  /** Most runners that were registered at once. */
  readonly runners: number;
  /** Most of them that had a job at once. */
  readonly busy: number;
}

export interface PlanResult {
  readonly jobs: readonly AdminLedgerJob[];
  readonly peaks: ReadonlyMap<string, Peaks>;
}

/** Queues the jobs of a plan when their time comes, and follows them until all are completed. */
export async function runPlan(
  client: GitHubAdminClient,
  plan: readonly PlannedJob[],
  options: RunPlanOptions,
  onProgress: (progress: JobsProgress) => void = () => undefined,
): Promise<PlanResult> {
  const began = Date.now();
  const batches = new Set<string>();
  const peaks = new Map<string, Peaks>();
  let left = [...plan].sort((a, b) => a.atSeconds - b.atSeconds);
  let former = "";
  for (;;) {
    const elapsedSeconds = (Date.now() - began) / 1000;
    const due = left.filter(({ atSeconds }) => atSeconds <= elapsedSeconds);
    left = left.slice(due.length);
    for (const group of alike(due)) batches.add(await queue(client, group, options));
    notePeaks(peaks, await client.scaleSets());
    const jobs = own(await client.jobs(), batches);
    const counts = { ...countJobs(jobs), total: plan.length };
    const over = counts.completed === plan.length || elapsedSeconds > options.timeoutSeconds;
    if (over || JSON.stringify(counts) !== former) onProgress({ ...counts, elapsedSeconds });
    if (over) break;
    former = JSON.stringify(counts);
    await sleep(options.intervalMillis ?? 500);
  }
  return { jobs: own(await client.ledger(), batches), peaks };
}

function own<T extends AdminJob>(jobs: readonly T[], batches: ReadonlySet<string>): T[] {
  return jobs.filter(({ batch }) => batches.has(batch));
}

/** Jobs of the same set, length and source can be queued by one call, as those of a matrix are. */
function alike(due: readonly PlannedJob[]): PlannedJob[][] {
  const groups = new Map<string, PlannedJob[]>();
  for (const job of due) {
    const key = JSON.stringify([job.scaleSet, job.seconds, job.source]);
    groups.set(key, [...(groups.get(key) ?? []), job]);
  }
  return [...groups.values()];
}

async function queue(
  client: GitHubAdminClient,
  group: readonly PlannedJob[],
  { container }: RunPlanOptions,
): Promise<string> {
  const [first] = group;
  const { batch } = await client.queueJobs({
    scaleSet: first?.scaleSet ?? "",
    seconds: first?.seconds,
    count: group.length,
    ...first?.source,
    container,
  });
  return batch;
}

function notePeaks(peaks: Map<string, Peaks>, sets: Awaited<ReturnType<GitHubAdminClient["scaleSets"]>>): void {
  for (const { name, runners } of sets) {
    const former = peaks.get(name) ?? { runners: 0, busy: 0 };
    peaks.set(name, {
      runners: Math.max(former.runners, runners.length),
      busy: Math.max(former.busy, runners.filter(({ job }) => job !== undefined).length),
    });
  }
}
