import { readFileSync } from "node:fs";

import * as z from "zod/mini";

import { BackupError } from "./errors";
import { messageOf } from "./log";
import { explainIssue } from "../shared/config-problems";
import { matching, text, whole } from "../shared/config-schema";
import { formatProblem } from "../../stacks/problems";

const file = text("path of a file");
const vaultAddress = matching(/^https:\/\/[^\s/]+$/, "https://HOST[:PORT]");

const credentials = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("webIdentity"),
      roleArn: text("the ARN of a role"),
      tokenFile: file,
      stsEndpoint: z.optional(text("https://HOST[:PORT] of a token service")),
    }),
    z.strictObject({ kind: z.literal("keys"), accessKeyIdFile: file, secretAccessKeyFile: file }),
  ],
  { error: "a map with kind: webIdentity or keys" },
);

const encryption = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("none") }),
    z.strictObject({ kind: z.literal("sse-s3") }),
    z.strictObject({ kind: z.literal("sse-kms"), keyArn: z.optional(text("the ARN of a KMS key")) }),
  ],
  { error: "a map with kind: none, sse-s3 or sse-kms" },
);

const store = z.strictObject({
  name: matching(/^[\w.-]{1,63}$/, "letters, digits, - _ ."),
  /** Absent: AWS. */
  endpoint: z.optional(matching(/^https?:\/\/[^\s/]+$/, "https://HOST[:PORT]")),
  region: text("a region; any word for stores that have none"),
  bucket: text("the name of a bucket"),
  prefix: matching(/^[\w.-]+(\/[\w.-]+)*$/, "a prefix such as vault, without slashes at its ends"),
  credentials,
  /** Authority of the store's certificate, in PEM. */
  caFile: z.optional(file),
  pathStyle: z.boolean({ error: "true, false" }),
  encryption,
  timeoutSeconds: whole(1, 86_400),
});

const vault = z.strictObject({
  /** The Service of the server that leads. */
  address: vaultAddress,
  /** The only other servers that a redirect may lead to, and that the token is sent to. */
  peers: z.array(vaultAddress, { error: "a list of addresses https://HOST[:PORT]" }),
  caFile: file,
  /** Path of the auth mount of type kubernetes, without auth/. */
  loginMount: matching(/^[\w./-]+$/, "the path of an auth mount such as kubernetes"),
  role: text("the name of a role"),
  tokenFile: file,
  /** Absent: any cluster; a change is noticed by the earlier backups alone. */
  clusterId: z.optional(text("the cluster_id that GET sys/health answers")),
  /** Path of the API, of a version 2 mount: canary/data/vault-backup. */
  canaryPath: z.optional(matching(/^[\w.-]+\/data\/[\w./-]+$/, "MOUNT/data/PATH of a KV mount, version 2")),
});

const schema = z.strictObject({
  vault,
  spoolFolder: text("path of a folder"),
  stores: z.array(store, { error: "a list of stores" }).check(z.minLength(1, { error: "at least one store" })),
  retention: z.strictObject({
    days: whole(1, 3650),
    minKeep: whole(0, 1000),
    unverifiedGraceHours: whole(0, 8760),
  }),
  /** Of the whole run. */
  deadlineSeconds: whole(1, 86_400),
  pushgateway: z.optional(matching(/^https?:\/\/[^\s/]+$/, "http://HOST[:PORT] of a Pushgateway")),
  jobLease: z.optional(z.strictObject({ namespace: text("a namespace"), name: text("the name of a Lease") })),
  /** How failed attempts at a snapshot are repeated. @default 6 attempts, the first pause at most 2 s, doubled up to 60 s */
  retry: z.optional(z.strictObject({ attempts: whole(1, 100), firstPauseMs: whole(0, 600_000) })),
});

export type BackupConfig = z.output<typeof schema>;
export type VaultConfig = BackupConfig["vault"];
export type StoreConfig = BackupConfig["stores"][number];

/**
 * The configuration as the platform has mounted it.
 *
 * @throws BackupError `configuration`, naming all settings that are wrong.
 */
export function readConfig(path: string): BackupConfig {
  try {
    return parseConfig(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError("configuration", { path, what: messageOf(error), allowed: "a JSON file" }, { cause: error });
  }
}

/** @throws BackupError `configuration`, naming all settings that are wrong. */
export function parseConfig(value: unknown): BackupConfig {
  const result = z.safeParse(schema, value);
  const problems = result.success
    ? repeatedNames(result.data)
    : result.error.issues.map((issue) => explainIssue(issue, value));
  if (result.success && problems.length === 0) return result.data;
  throw new BackupError("configuration", { path: "configuration", what: problems.join("\n  ") });
}

function repeatedNames({ stores }: BackupConfig): string[] {
  return stores
    .filter(({ name }, index) => stores.findIndex((other) => other.name === name) !== index)
    .map(({ name }) => formatProblem({ path: "stores", what: `given ${name} twice`, allowed: "each name once" }));
}
