import { z } from "zod";

import { githubUrlAllowed, parseGitHubUrl } from "../components/arc/github-url";
import { isDnsLabel } from "../components/arc/names";
import { parseQuantity, quantityAllowed } from "../components/quantity";

/**
 * The settings of an environment: one schema per section, i.e. per key of `Pulumi.<stack>.yaml`. The text given with each rule says what is
 * allowed and becomes part of the message when the rule is broken. Secrets are not here: see `secretKeys` in decode.ts.
 */
const text = (allowed: string, test: (value: string) => boolean = (value) => value.trim() !== "") =>
  z.string({ error: allowed }).refine(test, { error: allowed });
const matching = (pattern: RegExp, allowed: string) => text(allowed, (value) => pattern.test(value));
const whole = (least: number, most: number) => {
  const allowed = `a whole number from ${least} to ${most}`;
  return z
    .number({ error: allowed })
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, { error: allowed });
};
const yesOrNo = z.boolean({ error: "true or false" });
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });
const listOf = <T extends z.ZodType>(item: T, allowed: string) => z.array(item, { error: allowed });
const mapOf = <T extends z.ZodType>(value: T, allowed: string) => z.record(z.string(), value, { error: allowed });

const dnsLabel = text("a DNS label: at most 63 lower-case letters, digits and hyphens", isDnsLabel);
const quantity = text(quantityAllowed, (value) => parseQuantity(value) !== undefined);
const image = matching(
  /^[a-z0-9][\w.-]*(:\d+)?(\/[a-z0-9][\w.-]*)+(?!:latest)(:\w[\w.-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
  "REGISTRY/NAME:TAG@sha256:DIGEST, with tag or digest or both, and no tag latest",
);
const port = whole(1, 65535);
const cidr = matching(/^[0-9a-fA-F.:]+\/\d{1,3}$/, "an address range such as 169.254.169.254/32");
const resources = z.strictObject({
  requests: mapOf(quantity, "resource names with quantities"),
  limits: mapOf(quantity, "resource names with quantities").optional(),
});
const toleration = z.strictObject({
  key: text("the key of a taint").optional(),
  operator: oneOf(["Exists", "Equal"]).optional(),
  value: z.string({ error: "the value of a taint" }).optional(),
  effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});

export const scaleSetSchema = z.strictObject({
  mode: oneOf(["dind"]),
  minRunners: whole(0, 10_000),
  maxRunners: whole(0, 10_000),
  runnerGroup: text("the name of an existing runner group").optional(),
  labels: listOf(
    matching(/^[^\s,]{1,255}$/, "a label of 1 to 255 characters without blanks or commas"),
    "a list of labels",
  ).optional(),
  nodeSelector: mapOf(
    z.string({ error: "the value of a node label, in quotes" }),
    "node labels with values",
  ).optional(),
  tolerations: listOf(toleration, "a list of tolerations").optional(),
  workSizeLimit: quantity.optional(),
  resources: z.strictObject({ runner: resources, dind: resources, init: resources }),
  podTemplate: z
    .strictObject({
      metadata: mapOf(z.unknown(), "labels and annotations").optional(),
      spec: mapOf(z.unknown(), "fields of a Kubernetes PodSpec").optional(),
    })
    .optional(),
});

export const sectionSchemas = {
  production: yesOrNo,
  kubernetes: z.strictObject({
    context: text("the name of a context in your kubeconfig").optional(),
    version: matching(/^1\.\d{2}$/, 'the cluster\'s major.minor in quotes, such as "1.35"'),
  }),
  namespaces: z.strictObject({ controller: dnsLabel, dind: dnsLabel }),
  github: z.strictObject({
    configUrl: text(githubUrlAllowed, (value) => parseGitHubUrl(value) !== undefined),
    runnerGroup: text("the name of an existing runner group").optional(),
    appId: matching(/^(\d+|Iv[\w.]+)$/, "the App's numeric id in quotes, or its client id").optional(),
    installationId: matching(/^\d+$/, "the numeric installation id in quotes").optional(),
  }),
  arc: z.strictObject({
    version: matching(/^\d+\.\d+\.\d+$/, "a release number such as 0.14.2"),
    controllerChart: z.strictObject({
      chart: text("oci://REGISTRY/CHART, a folder, or a .tgz file"),
      version: matching(/^\d+\.\d+\.\d+$/, "a chart version such as 0.14.2").optional(),
    }),
    replicas: whole(1, 9),
    logLevel: oneOf(["debug", "info", "warn", "error"]),
    logFormat: oneOf(["text", "json"]),
    resources,
    listenerResources: resources,
    concurrency: z.strictObject({
      runnerReconciles: whole(1, 100),
      clientQps: whole(1, 1000),
      clientBurst: whole(1, 2000),
    }),
  }),
  images: z.strictObject({
    mirror: matching(
      /^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)*$/,
      "a registry prefix such as harbor.example.com/proxy",
    ).optional(),
    requireDigest: yesOrNo,
    pullPolicy: oneOf(["IfNotPresent", "Always", "Never"]),
    controller: image,
    runner: image,
    dind: image,
  }),
  dind: z.strictObject({
    form: oneOf(["sidecar", "container"]),
    waitForDockerSeconds: whole(1, 3600),
    dockerGroupId: whole(1, 65535),
    registryCa: z
      .strictObject({
        configMap: dnsLabel,
        host: matching(/^[a-z0-9.-]+(:\d+)?$/, "a registry's host[:port]").optional(),
        certificate: text("a PEM certificate", (value) => value.includes("-----BEGIN CERTIFICATE-----")).optional(),
      })
      .optional(),
  }),
  network: z.strictObject({
    runnerPorts: listOf(port, "a list of ports"),
    apiServerPorts: listOf(port, "a list of ports"),
    blockedCidrs: listOf(cidr, "a list of address ranges"),
  }),
  quota: z.strictObject({ headroomPercent: whole(0, 1000) }),
  monitoring: z.strictObject({ podMonitors: yesOrNo, namespace: dnsLabel }),
};

/** Sections that take part in merging but are not read afterwards, and sections with keys of the user's own. */
export type Section = keyof typeof sectionSchemas;
export type Sections = { readonly [S in Section]: z.output<(typeof sectionSchemas)[S]> };
export type ScaleSetSettings = z.output<typeof scaleSetSchema>;

/** Everything the platform is made from, checked and frozen; only secrets come beside it. */
export interface Settings extends Sections {
  /** Name of the stack. */
  readonly stack: string;
  /** Scale sets by name, the value of `runs-on`. */
  readonly scaleSets: Readonly<Record<string, ScaleSetSettings>>;
}

/** What one layer (defaults, environment, stack configuration) may say: any part of the settings. `null` takes a value away. */
export type Layer = {
  readonly [S in Section]?: Partially<z.input<(typeof sectionSchemas)[S]>>;
} & {
  /** Merged below each scale set. */
  readonly scaleSetDefaults?: Partially<z.input<typeof scaleSetSchema>>;
  readonly scaleSets?: Readonly<Record<string, Partially<z.input<typeof scaleSetSchema>> | null>>;
};

type Partially<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Partially<T[K]> | null }
    : T;

/** A simulated machine of the sandbox; see `simulatedNodes` in local.ts. */
export interface SimulatedNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: "NoSchedule" }[];
  /** Quantities by resource: `cpu`, `memory`, `pods` and extended resources. */
  readonly capacity: Readonly<Record<string, string>>;
}
