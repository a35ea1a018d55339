import { waitingJobs } from "./attempts";
import type { Ledger } from "./ledger";
import type { Labels } from "./series";

/** A value of now. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Gauges by family, without the prefix that all have. */
export interface Gauges {
  readonly workflow_failure_rate: readonly Sample[];
  readonly workflow_failure_rate_samples: readonly Sample[];
  readonly workflow_consecutive_failures: readonly Sample[];
  readonly workflow_consecutive_failures_exact: readonly Sample[];
  readonly workflow_runs_in_progress: readonly Sample[];
  readonly workflow_queue_time_seconds_avg: readonly Sample[];
  readonly jobs_queued: readonly Sample[];
  readonly job_oldest_queued_seconds: readonly Sample[];
}

/** What the ledger says of the moment up to which it was advanced. */
export function gaugesOf(ledger: Ledger): Gauges {
  const rates = ledger.workflows.rates(ledger.time());
  const streaks = ledger.workflows.streaks();
  const ofWorkflow = ({ repository, workflow }: { repository: string; workflow: string }) => ({
    repo: repository,
    workflow,
  });
  return {
    workflow_failure_rate: rates.map((each) => ({ labels: ofWorkflow(each), value: each.rate })),
    workflow_failure_rate_samples: rates.map((each) => ({ labels: ofWorkflow(each), value: each.samples })),
    workflow_consecutive_failures: streaks.map((each) => ({
      labels: { ...ofWorkflow(each), branch_class: each.branchClass },
      value: each.streak,
    })),
    workflow_consecutive_failures_exact: streaks.map((each) => ({
      labels: { ...ofWorkflow(each), branch_class: each.branchClass },
      value: each.exact ? 1 : 0,
    })),
    workflow_runs_in_progress: runsInProgress(ledger),
    ...queues(ledger),
  };
}

/** Runs that wait for an approval are neither queued nor in progress: nobody could do anything about them but the approver. */
function runsInProgress(ledger: Ledger): Sample[] {
  const counts = new Map<string, Sample & { value: number }>();
  const slot = (repo: string, workflow: string, status: string) => {
    const key = `${repo} ${workflow} ${status}`;
    const sample = counts.get(key) ?? { labels: { repo, workflow, status }, value: 0 };
    counts.set(key, sample);
    return sample;
  };
  for (const { repository, workflow } of ledger.workflows.names()) {
    for (const status of ["queued", "in_progress"]) slot(repository, workflow, status);
  }
  for (const { id, run } of ledger.open()) {
    if (run?.status === "queued" || run?.status === "in_progress")
      slot(id.repository, run.workflow, run.status).value += 1;
  }
  return [...counts.values()];
}

/**
 * The average is over the jobs that got a runner within the window and those that wait now, with what they have waited so far: without
 * these it would fall silent just when no runner comes.
 */
function queues(
  ledger: Ledger,
): Pick<Gauges, "workflow_queue_time_seconds_avg" | "jobs_queued" | "job_oldest_queued_seconds"> {
  const ages = new Map<string, number[]>();
  for (const attempt of ledger.open()) {
    for (const job of waitingJobs(attempt)) {
      const label = ledger.runnerLabel(job);
      const age = Math.max(0, (ledger.time() - job.createdAt) / 1000);
      const others = ages.get(label);
      if (others === undefined) ages.set(label, [age]);
      else others.push(age);
    }
  }
  const labels = [...new Set([...ledger.queueTimes.known(), ...ages.keys()])];
  const samples = (value: (label: string) => number | undefined): Sample[] =>
    labels.flatMap((label) => {
      const found = value(label);
      return found === undefined ? [] : [{ labels: { runner_label: label }, value: found }];
    });
  return {
    jobs_queued: samples((label) => ages.get(label)?.length ?? 0),
    job_oldest_queued_seconds: samples((label) => Math.max(0, ...(ages.get(label) ?? []))),
    workflow_queue_time_seconds_avg: samples((label) => {
      const all = [...ledger.queueTimes.of(label).map(({ seconds }) => seconds), ...(ages.get(label) ?? [])];
      return all.length === 0 ? undefined : all.reduce((sum, each) => sum + each, 0) / all.length;
    }),
  };
}
