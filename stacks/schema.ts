import { z } from "zod";

import { isDnsLabel } from "../components/arc/names";
import { parseQuantity, quantityAllowed } from "../components/quantity";

/**
 * The words in which settings are described: each takes the text that says what is allowed, which becomes part of the message when the
 * rule is broken.
 */
export const text = (allowed: string, test: (value: string) => boolean = (value) => value.trim() !== "") =>
  z.string({ error: allowed }).refine(test, { error: allowed });
export const matching = (pattern: RegExp, allowed: string) => text(allowed, (value) => pattern.test(value));
export const whole = (least: number, most: number) => {
  const allowed = `a whole number from ${least} to ${most}`;
  return z
    .number({ error: allowed })
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, { error: allowed });
};
export const yesOrNo = z.boolean({ error: "true or false" });
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });
export const listOf = <T extends z.ZodType>(item: T, allowed: string) => z.array(item, { error: allowed });
export const mapOf = <T extends z.ZodType>(value: T, allowed: string) =>
  z.record(z.string(), value, { error: allowed });

export const dnsLabel = text("a DNS label: at most 63 lower-case letters, digits and hyphens", isDnsLabel);
export const quantity = text(quantityAllowed, (value) => parseQuantity(value) !== undefined);
export const image = matching(
  /^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)+(?!:latest)(:\w[\w.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
  "REGISTRY/NAME:TAG@sha256:DIGEST, with tag or digest or both, and no tag latest",
);
/** A chart of another project. `version` is a schema of its own, because projects write their versions differently. */
export const helmChart = <T extends z.ZodType>(version: T) =>
  z.strictObject({
    chart: text("a chart's name in its repository, oci://REGISTRY/CHART, a folder, or a .tgz file"),
    repository: matching(/^https:\/\/\S+$/, "the address of a Helm repository").optional(),
    version: version.optional(),
  });
export const port = whole(1, 65535);
export const cidr = matching(/^[0-9a-fA-F.:]+\/\d{1,3}$/, "an address range such as 169.254.169.254/32");
export const resources = z.strictObject({
  requests: mapOf(quantity, "resource names with quantities"),
  limits: mapOf(quantity, "resource names with quantities").optional(),
});
export const toleration = z.strictObject({
  key: text("the key of a taint").optional(),
  operator: oneOf(["Exists", "Equal"]).optional(),
  value: z.string({ error: "the value of a taint" }).optional(),
  effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});

/** A part of a Kubernetes object that a user lays over the computed one; its content is checked where it is used. */
export const podOverlay = z.strictObject({
  metadata: mapOf(z.unknown(), "labels and annotations").optional(),
  spec: mapOf(z.unknown(), "fields of a Kubernetes PodSpec").optional(),
});
export const absolutePath = matching(/^\/(?!\/)\S*$/, "an absolute path");
export const variableName = matching(/^[A-Za-z_]\w*$/, "the name of an environment variable");
export const nodeLabels = mapOf(z.string({ error: "the value of a node label, in quotes" }), "node labels with values");
