/** How the number of runners follows the jobs; fields and their meaning are those of a HorizontalRunnerAutoscaler. */
export interface LegacyAutoscalerArgs {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** @default 600, the controller's own */
  readonly scaleDownDelaySecondsAfterScaleOut?: number;
  /** One metric, or PercentageRunnersBusy and then the queue. */
  readonly metrics?: readonly LegacyMetricArgs[];
  /** Need the webhook server. */
  readonly scaleUpTriggers?: readonly {
    readonly githubEvent: { readonly workflowJob: object };
    /** @default 1 */
    readonly amount?: number;
    /** How long the additional runner stays at most, such as `30m`. */
    readonly duration: string;
  }[];
  /** Times with another `minReplicas`; of several active ones the first counts. */
  readonly scheduledOverrides?: readonly {
    readonly startTime: string;
    readonly endTime: string;
    readonly minReplicas: number;
    readonly recurrenceRule?: { readonly frequency: string; readonly untilTime?: string };
  }[];
}

export interface LegacyMetricArgs {
  readonly type: "TotalNumberOfQueuedAndInProgressWorkflowRuns" | "PercentageRunnersBusy";
  readonly repositoryNames?: readonly string[];
  readonly scaleUpThreshold?: string;
  readonly scaleDownThreshold?: string;
  readonly scaleUpFactor?: string;
  readonly scaleDownFactor?: string;
  readonly scaleUpAdjustment?: number;
  readonly scaleDownAdjustment?: number;
}

/** `spec` of the HorizontalRunnerAutoscaler for a RunnerDeployment or RunnerSet; empty lists are left out. */
export function autoscalerSpec(kind: string, name: string, args: LegacyAutoscalerArgs): Record<string, unknown> {
  const { minReplicas, maxReplicas, scaleDownDelaySecondsAfterScaleOut, ...lists } = args;
  const filled = Object.entries({
    metrics: lists.metrics ?? [],
    scaleUpTriggers: (lists.scaleUpTriggers ?? []).map((trigger) => ({ amount: 1, ...trigger })),
    scheduledOverrides: lists.scheduledOverrides ?? [],
  }).filter(([, list]) => list.length > 0);
  return {
    scaleTargetRef: { kind, name },
    minReplicas,
    maxReplicas,
    ...(scaleDownDelaySecondsAfterScaleOut !== undefined && { scaleDownDelaySecondsAfterScaleOut }),
    ...Object.fromEntries(filled),
  };
}
