/** Families of counters and histograms, without the prefix that all have. */
export const runsTotal = "workflow_runs_total";
export const runsByBranchTotal = "workflow_runs_by_branch_total";
export const runDuration = "workflow_duration_seconds";
export const queueTime = "workflow_queue_time_seconds";
export const negativeQueueTimes = "queue_times_clamped_total";
export const unconfirmedRuns = "runs_settled_unconfirmed_total";

/** Seconds; queue times from a warm runner to a starved label. */
export const queueBuckets = [1, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600] as const;

/** Seconds; GitHub ends a job on its own machines after 6 hours. */
export const durationBuckets = [10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600] as const;
