import { z } from "zod";

import {
  dnsLabel,
  listOf,
  mapOf,
  matching,
  oneOf,
  podOverlay,
  quantity,
  resources,
  text,
  whole,
  yesOrNo,
} from "./schema";
import { scaleSetGithubSchema } from "./github/schema";
import { scheduleSchema } from "./schedule-schema";

/**
 * How jobs of a set run containers:
 * - `dind`: a Docker daemon in the runner's pod, privileged;
 * - `kubernetes`: the container hooks (0.7 line) make a pod for each job, which shares a volume with the runner, so both are on one node;
 * - `kubernetes-novolume`: the container hooks (0.8 line) copy the workspace instead, so the job's pod may be on any node.
 */
export const containerModes = ["dind", "kubernetes", "kubernetes-novolume"] as const;

/** The pod that the container hooks make for a job. Read in the Kubernetes modes only. */
const job = z.strictObject({
  resources,
  devices: whole(1, 64).optional(),
  env: mapOf(
    z.string({ error: "the value of an environment variable, in quotes" }),
    "variables with values",
  ).optional(),
  caches: listOf(text("the name of one of caches"), "a list of names of caches"),
  awsRole: text("the name of one of aws.jobRoles").optional(),
  template: podOverlay.optional(),
});

export const scaleSetSchema = z.strictObject({
  mode: oneOf(containerModes),
  pool: text("the name of one of pools"),
  namespace: dnsLabel.optional(),
  minRunners: whole(0, 10_000),
  maxRunners: whole(0, 10_000),
  schedule: scheduleSchema.optional(),
  github: scaleSetGithubSchema.optional(),
  runnerGroup: text("the name of an existing runner group").optional(),
  labels: listOf(
    matching(/^[^\s,]{1,255}$/, "a label of 1 to 255 characters without blanks or commas"),
    "a list of labels",
  ).optional(),
  allowReplace: yesOrNo,
  workSizeLimit: quantity.optional(),
  work: z.strictObject({
    storageClassName: text("the name of a StorageClass"),
    size: quantity,
  }),
  prepareJobTimeoutSeconds: whole(10, 86_400),
  resources: z.strictObject({ runner: resources, dind: resources, init: resources }),
  job,
  podTemplate: podOverlay.optional(),
});
