import { z } from "zod";

import {
  dnsLabel,
  helmChart,
  image,
  listOf,
  mapOf,
  matching,
  oneOf,
  resources,
  text,
  toleration,
  whole,
  yesOrNo,
} from "../schema";

/**
 * The settings section `legacy`: runners of the older kinds (`actions.summerwind.dev`), for sites that still run them. The section is
 * absent by default, and nothing of it exists then. Names of fields are those of the custom resources, so that existing YAML can be
 * pasted; what follows from several of them together is judged in checks.ts.
 */
const duration = matching(/^([0-9]+(s|m|h))+$/, 'a duration such as "30s", "1m" or "1h30m"');
const address = matching(/^https?:\/\/[^/\s@]+\/?$/, "https://HOST without a path");
const fraction = matching(/^(\d+(\.\d+)?|\.\d+)$/, 'a number in quotes, such as "0.75"');
const instant = matching(
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/,
  "a time with its offset, such as 2026-07-18T00:00:00+09:00, in quotes",
);
const count = (most: number) => whole(0, most);
const named = (what: string) => matching(/^[^/\s]+$/, `the name of ${what}, without a slash`);
const pem = text("a PEM certificate", (value) => value.includes("-----BEGIN CERTIFICATE-----"));

const controllerSchema = z.strictObject({
  chart: helmChart(matching(/^\d+\.\d+\.\d+$/, "a chart version such as 0.23.7")),
  images: z.strictObject({
    controller: image,
    /** For runner deployments that name none. */
    runner: image,
    /** The Docker daemon beside the runner, for all runner deployments with `docker: sidecar`. */
    dind: image,
  }),
  replicas: whole(1, 9),
  syncPeriod: duration,
  githubEnterpriseServerUrl: address.optional(),
  /** Root of the REST API, where it is neither api.github.com nor the server's `/api/v3/`: a proxy, or a stand-in. */
  githubApiUrl: matching(/^https?:\/\/[^\s@]+$/, "the address of a REST API").optional(),
  /** What runners are told to register with, where it differs from the controller's view. */
  runnerGithubUrl: matching(/^https?:\/\/[^\s@]+$/, "the address of GitHub as runners reach it").optional(),
  webhookServer: z.strictObject({ enabled: yesOrNo, replicas: whole(1, 9), resources }),
  certificates: z.union([z.literal("cert-manager"), z.strictObject({ caBundle: pem })], {
    error: "cert-manager, or a map with caBundle alone: the PEM of the authority behind the serving certificate",
  }),
  resources,
  logLevel: oneOf(["debug", "info", "warn", "error"]),
  logFormat: oneOf(["text", "json"]),
});

const metricSchema = z.strictObject({
  type: oneOf(["TotalNumberOfQueuedAndInProgressWorkflowRuns", "PercentageRunnersBusy"]),
  repositoryNames: listOf(text("the name of a repository"), "a list of names of repositories").optional(),
  scaleUpThreshold: fraction.optional(),
  scaleDownThreshold: fraction.optional(),
  scaleUpFactor: fraction.optional(),
  scaleDownFactor: fraction.optional(),
  scaleUpAdjustment: whole(1, 1000).optional(),
  scaleDownAdjustment: whole(1, 1000).optional(),
});

const overrideSchema = z.strictObject({
  startTime: instant,
  endTime: instant,
  minReplicas: count(1000),
  recurrenceRule: z
    .strictObject({ frequency: oneOf(["Daily", "Weekly", "Monthly", "Yearly"]), untilTime: instant.optional() })
    .optional(),
});

const triggerSchema = z.strictObject({
  githubEvent: z.strictObject({ workflowJob: z.strictObject({}) }),
  amount: whole(1, 100).optional(),
  duration,
});

const autoscalerSchema = z.strictObject({
  minReplicas: count(1000),
  maxReplicas: count(1000),
  scaleDownDelaySecondsAfterScaleOut: count(86_400).optional(),
  metrics: listOf(metricSchema, "a list of metrics").optional(),
  scaleUpTriggers: listOf(triggerSchema, "a list of triggers").optional(),
  scheduledOverrides: listOf(overrideSchema, "a list of overrides").optional(),
});

export const runnerDeploymentSchema = z.strictObject({
  kind: oneOf(["RunnerDeployment", "RunnerSet"]).optional(),
  repository: matching(/^[^/\s]+\/[^/\s]+$/, "OWNER/REPOSITORY").optional(),
  organization: named("an organization").optional(),
  enterprise: named("an enterprise").optional(),
  group: text("the name of an existing runner group").optional(),
  labels: listOf(
    matching(/^[^\s,]{1,255}$/, "a label of 1 to 255 characters without blanks or commas"),
    "a list of labels",
  ).optional(),
  image: image.optional(),
  docker: oneOf(["sidecar", "inRunner", "none"]),
  sharedTmp: yesOrNo.optional(),
  fsGroup: whole(1, 65_535).optional(),
  gpu: z
    .strictObject({
      perRunner: whole(1, 16),
      resource: matching(
        /^[a-z0-9.-]+\/[a-z0-9.-]+$/i,
        "the name of a device resource such as nvidia.com/gpu",
      ).optional(),
      driverCapabilities: text("a list such as compute,utility").optional(),
    })
    .optional(),
  irsa: z
    .strictObject({
      roleArn: matching(/^arn:aws[\w-]*:iam::\d{12}:role\/\S+$/, "arn:aws:iam::ACCOUNT:role/NAME"),
      serviceAccountName: dnsLabel.optional(),
    })
    .optional(),
  resources,
  dockerResources: resources.optional(),
  nodeSelector: mapOf(
    z.string({ error: "the value of a node label, in quotes" }),
    "node labels with values",
  ).optional(),
  tolerations: listOf(toleration, "a list of tolerations").optional(),
  env: mapOf(z.string({ error: "the value of a variable, in quotes" }), "variables with values").optional(),
  replicas: count(1000).optional(),
  autoscaler: autoscalerSchema.optional(),
  /** What the runners' nodes offer; with it `maxReplicas` is checked against the space there is. */
  nodes: z
    .strictObject({ count: whole(1, 10_000), allocatable: mapOf(resources.shape.requests.valueType, "quantities") })
    .optional(),
});

export const legacySchema = z.strictObject({
  namespaces: z.strictObject({ controller: dnsLabel, runners: dnsLabel }),
  controller: controllerSchema,
  runnerDeployments: mapOf(runnerDeploymentSchema, "runner deployments by name"),
});

export type LegacySettings = z.output<typeof legacySchema>;
export type LegacyControllerSettings = z.output<typeof controllerSchema>;
export type LegacyRunnerDeploymentSettings = z.output<typeof runnerDeploymentSchema>;
export type LegacyAutoscaler = z.output<typeof autoscalerSchema>;
export type LegacyMetric = z.output<typeof metricSchema>;
export type LegacyOverride = z.output<typeof overrideSchema>;
