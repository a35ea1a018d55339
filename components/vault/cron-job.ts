import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { jobTemplate } from "../apps/job-pod";
import { appLabels } from "../apps/pod";

export interface CronJobArgs {
  /** Kubernetes name, and label of its pods. */
  readonly app: string;
  readonly namespace: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspended: boolean;
  readonly startingDeadlineSeconds: number;
  readonly template: pulumi.Output<ReturnType<typeof jobTemplate>>;
}

/** A CronJob of which no two runs overlap, and whose last runs can be looked at. */
export function createCronJob(
  name: string,
  { app, namespace, schedule, timeZone, suspended, startingDeadlineSeconds, template }: CronJobArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.batch.v1.CronJob {
  return new k8s.batch.v1.CronJob(
    name,
    {
      metadata: { name: app, namespace, labels: appLabels(app) },
      spec: {
        schedule,
        timeZone,
        suspend: suspended,
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 5,
        // Plain data of our own types; the SDK's types are mutable and wrap every field in Input.
        jobTemplate: template as pulumi.Output<unknown> as pulumi.Output<k8s.types.input.batch.v1.JobTemplateSpec>,
      },
    },
    opts,
  );
}
