import type { Gauges } from "../core/gauges";
import * as names from "../core/names";

/** Before the name of every metric about workflows. */
export const prefix = "github_actions_";

interface CounterFamily {
  readonly type: "counter";
  readonly name: string;
  readonly help: string;
}

interface GaugeFamily {
  readonly type: "gauge";
  readonly name: keyof Gauges;
  readonly help: string;
}

interface HistogramFamily {
  readonly type: "histogram";
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];
}

export type Family = CounterFamily | GaugeFamily | HistogramFamily;

/** Metrics that are made of the ledger, in the order in which they are shown. */
export const families: readonly Family[] = [
  {
    type: "counter",
    name: names.runsTotal,
    help: "Attempts of runs that were completed while this exporter watched; a run that is started again counts again.",
  },
  {
    type: "counter",
    name: names.runsByBranchTotal,
    help: "Completed attempts of runs by class of branches: default, classes of the settings, other.",
  },
  {
    type: "gauge",
    name: "workflow_failure_rate",
    help: "Share of failure, timed_out and startup_failure among the last 50 decided runs of 24 hours; absent without any.",
  },
  { type: "gauge", name: "workflow_failure_rate_samples", help: "Decided runs that workflow_failure_rate is made of." },
  {
    type: "gauge",
    name: "workflow_consecutive_failures",
    help: "Failures since the last success; runs that were cancelled, skipped or neutral change nothing.",
  },
  {
    type: "gauge",
    name: "workflow_consecutive_failures_exact",
    help: "1 if the success before the failures is known, 0 if there may be more failures than known.",
  },
  { type: "gauge", name: "workflow_runs_in_progress", help: "Runs that wait or are under way now." },
  {
    type: "histogram",
    name: names.runDuration,
    help: "Seconds from the start of a run's attempt to the end of its last job.",
    bounds: names.durationBuckets,
  },
  {
    type: "histogram",
    name: names.queueTime,
    help: "Seconds that a job waited for a runner, of jobs that got one and needed no approval.",
    bounds: names.queueBuckets,
  },
  {
    type: "gauge",
    name: "workflow_queue_time_seconds_avg",
    help: "Mean seconds of waiting of the jobs that got a runner in the last 10 minutes and of those that wait now.",
  },
  { type: "gauge", name: "jobs_queued", help: "Jobs that wait for a runner now." },
  {
    type: "gauge",
    name: "job_oldest_queued_seconds",
    help: "How long the job has waited that waits longest; 0 if none does.",
  },
  {
    type: "counter",
    name: names.negativeQueueTimes,
    help: "Jobs that GitHub says started before they were created; their waiting counts as 0.",
  },
  {
    type: "counter",
    name: names.unconfirmedRuns,
    help: "Runs whose list of jobs could not be read in time; their duration is that of what was known.",
  },
];
