import { z } from "zod";

import { githubSchema } from "./github/schema";
import { awsSchema } from "./aws/schema";
import { certManagerSchema } from "./cert-manager/schema";
import { legacySchema } from "./legacy/schema";
import { organizationSchema } from "./organization/schema";
import type { scaleSetSchema } from "./scale-set-schema";
import { storageSchema } from "./storage/schema";
import { vaultSchema } from "./vault/schema";
import {
  absolutePath,
  cidr,
  dnsLabel,
  image,
  listOf,
  mapOf,
  matching,
  nodeLabels,
  oneOf,
  port,
  quantity,
  resources,
  text,
  toleration,
  variableName,
  whole,
  yesOrNo,
} from "./schema";

/** A group of nodes on which jobs of some sets run. `nodes` and `device.perNode` are what the hardware is, not what is wanted. */
const pool = z.strictObject({
  nodeSelector: nodeLabels.optional(),
  tolerations: listOf(toleration, "a list of tolerations").optional(),
  nodes: whole(1, 10_000).optional(),
  device: z
    .strictObject({
      resource: matching(/^[a-z0-9.-]+\/[\w.-]+$/, "the resource of a device plugin, such as nvidia.com/gpu"),
      perNode: whole(1, 64),
    })
    .optional(),
});

/** A folder that outlives a job, or at least does not burden the work volume. Which keys of `volume` belong to which kind: cache-checks.ts. */
const cache = z.strictObject({
  mountPath: absolutePath,
  variable: variableName,
  readOnly: yesOrNo.optional(),
  perRunner: yesOrNo.optional(),
  volume: z.strictObject({
    kind: oneOf(["claim", "hostPath", "emptyDir"]),
    claimName: dnsLabel.optional(),
    storageClassName: text("the name of a StorageClass").optional(),
    size: quantity.optional(),
    nfs: z
      .strictObject({
        server: matching(/^[\w.:[\]-]+$/, "the host name or address of an NFS server"),
        path: absolutePath,
        mountOptions: listOf(text("an option of mount"), "a list of mount options").optional(),
      })
      .optional(),
    path: absolutePath.optional(),
    sizeLimit: quantity.optional(),
  }),
});

/** Where pods of runner namespaces may connect to, beside GitHub: a namespace of the cluster or address ranges, and ports. */
const destination = z.strictObject({
  cidrs: listOf(cidr, "a list of address ranges").optional(),
  namespace: dnsLabel.optional(),
  ports: listOf(port, "a list of ports"),
});

/**
 * The settings of an environment: one schema per section, i.e. per key of `Pulumi.<stack>.yaml`. The text given with each rule says what is
 * allowed and becomes part of the message when the rule is broken. Secrets are not here: see `secretKeys` in decode.ts.
 */
export const sectionSchemas = {
  production: yesOrNo,
  kubernetes: z.strictObject({
    context: text("the name of a context in your kubeconfig").optional(),
    version: matching(/^1\.\d{2}$/, 'the cluster\'s major.minor in quotes, such as "1.35"'),
  }),
  namespaces: z.strictObject({
    controller: dnsLabel,
    dind: dnsLabel,
    kubernetes: dnsLabel,
    kubernetesPodSecurity: oneOf(["baseline", "privileged"]),
  }),
  github: githubSchema,
  arc: z.strictObject({
    version: matching(/^\d+\.\d+\.\d+$/, "a release number such as 0.14.2"),
    controllerChart: z.strictObject({
      chart: text("oci://REGISTRY/CHART, a folder, or a .tgz file"),
      version: matching(/^\d+\.\d+\.\d+$/, "a chart version such as 0.14.2").optional(),
    }),
    replicas: whole(0, 9),
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
    node: image,
  }),
  registry: z.strictObject({
    ca: z
      .strictObject({
        configMap: dnsLabel,
        host: matching(/^[a-z0-9.-]+(:\d+)?$/, "a registry's host[:port]").optional(),
        certificate: text("a PEM certificate", (value) => value.includes("-----BEGIN CERTIFICATE-----")).optional(),
      })
      .optional(),
    pullSecret: dnsLabel.optional(),
  }),
  dind: z.strictObject({
    form: oneOf(["sidecar", "container"]),
    waitForDockerSeconds: whole(1, 3600),
    dockerGroupId: whole(1, 65535),
  }),
  pools: mapOf(pool, "pools by name"),
  caches: mapOf(cache, "caches by name"),
  network: z.strictObject({
    internet: yesOrNo,
    runnerPorts: listOf(port, "a list of ports"),
    apiServerPorts: listOf(port, "a list of ports"),
    blockedCidrs: listOf(cidr, "a list of address ranges"),
    destinations: mapOf(destination, "destinations by name"),
  }),
  quota: z.strictObject({ headroomPercent: whole(0, 1000) }),
  monitoring: z.strictObject({
    podMonitors: yesOrNo,
    prometheusRules: yesOrNo,
    runbookBaseUrl: text("the address of a folder with the runbooks", (value) => URL.canParse(value)).optional(),
    ruleLabels: mapOf(text("a label's value"), "labels with values").optional(),
    kubeStateMetricsNamespace: dnsLabel.optional(),
    namespace: dnsLabel,
  }),
  scheduler: z.strictObject({ resources }),
  certManager: certManagerSchema,
  storage: storageSchema,
  legacy: legacySchema,
  aws: awsSchema,
  vault: vaultSchema,
  organization: organizationSchema,
};

/** Sections that take part in merging but are not read afterwards, and sections with keys of the user's own. */
export type Section = keyof typeof sectionSchemas;
/** Sections that an environment leaves out if it has nothing of the kind; see `optionalSections` in decode.ts. */
export type OptionalSection = "legacy" | "aws" | "vault" | "organization";
export type Sections = {
  readonly [S in Exclude<Section, OptionalSection>]: z.output<(typeof sectionSchemas)[S]>;
} & { readonly [S in OptionalSection]?: z.output<(typeof sectionSchemas)[S]> };
export type ScaleSetSettings = z.output<typeof scaleSetSchema>;
export type PoolSettings = z.output<typeof pool>;
export type CacheSettings = z.output<typeof cache>;
export type DestinationSettings = z.output<typeof destination>;

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
