import { type PodSecurityContext, type Resources, restrictedSecurityContext, type SecurityContext } from "../pod";

/** Security settings of ARC's own processes (controller and listeners): they satisfy the Pod Security level `restricted`. */
export const arcPodSecurityContext: PodSecurityContext = {
  runAsNonRoot: true,
  // The user of ARC's distroless image, given here because an image built elsewhere may not name a user at all.
  runAsUser: 65532,
  runAsGroup: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};

/**
 * The `listenerTemplate` of a scale set. The controller merges the container called `listener` into the pod it makes, in 0.6.1 too, where
 * the running container has another name. The merge clears fields that are absent here (grace period, pull policy, resources, security
 * context; `resourcebuilder.go`), so they are all given.
 */
export function listenerTemplate(
  resources: Resources,
  imagePullPolicy: string,
): {
  readonly spec: {
    readonly securityContext: PodSecurityContext;
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly {
      readonly name: "listener";
      readonly imagePullPolicy: string;
      readonly resources: Resources;
      readonly securityContext: SecurityContext;
    }[];
  };
} {
  return {
    spec: {
      securityContext: arcPodSecurityContext,
      // ARC's own value from 0.14 on: time to close the session at GitHub, without which the next listener meets "409 Conflict" (#3351).
      terminationGracePeriodSeconds: 60,
      containers: [{ name: "listener", imagePullPolicy, resources, securityContext: restrictedSecurityContext }],
    },
  };
}

interface Metric {
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/** The shape of `spec.listenerMetrics` (ARC 0.14). When it is given, only the metrics it lists exist. */
export interface ListenerMetrics {
  readonly gauges: Readonly<Record<string, Metric>>;
  readonly counters: Readonly<Record<string, Metric>>;
  readonly histograms: Readonly<Record<string, Metric>>;
}

const gauges = [
  "gha_assigned_jobs",
  "gha_running_jobs",
  "gha_registered_runners",
  "gha_busy_runners",
  "gha_idle_runners",
  "gha_min_runners",
  "gha_max_runners",
  "gha_desired_runners",
];

/**
 * Listener metrics with few labels. ARC's default puts job name, event, repository and result on 45 buckets each, which grows without
 * bound with the number of workflows (actions-runner-controller #3153, #3670); what a job was called belongs in the exporter, not here.
 * Start-up buckets are dense around 15 s, the objective for a job's wait; execution buckets reach one day.
 */
export const listenerMetrics: ListenerMetrics = {
  gauges: Object.fromEntries(gauges.map((name) => [name, { labels: ["name", "namespace"] }])),
  counters: {
    gha_started_jobs_total: { labels: ["organization", "repository"] },
    gha_completed_jobs_total: { labels: ["organization", "repository", "job_result"] },
  },
  histograms: {
    gha_job_startup_duration_seconds: {
      labels: ["organization"],
      buckets: [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 900, 3600],
    },
    gha_job_execution_duration_seconds: {
      labels: ["organization", "job_result"],
      buckets: [10, 30, 60, 120, 300, 600, 1200, 1800, 2700, 3600, 7200, 21600, 86400],
    },
  },
};
