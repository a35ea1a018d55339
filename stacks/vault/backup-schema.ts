import { z } from "zod";

import { cidr, dnsLabel, listOf, mapOf, matching, port, quantity, resources, text, whole, yesOrNo } from "../schema";

const dataKey = matching(/^[\w.-]{1,253}$/, "a key of it");
const secretReference = z.strictObject({ name: dnsLabel, key: dataKey });

/** One S3-compatible store of snapshots. What is left out is filled in by `backupStore` in components/vault/backup-settings.ts. */
const store = z.strictObject({
  /** Absent: AWS. */
  endpoint: matching(/^https?:\/\/[^\s/]+$/, "https://HOST[:PORT]").optional(),
  region: matching(/^[\w-]+$/, "a region; stores that have none take us-east-1").optional(),
  bucket: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of a bucket"),
  prefix: matching(/^[\w-]+(\/[\w-]+)*$/, "a prefix such as vault, without slashes at its ends").optional(),
  credentials: z.discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z.literal("webIdentity"),
        roleArn: matching(/^arn:[\w-]+:iam::\d{12}:role\/\S+$/, "the ARN of a role").optional(),
      }),
      z.strictObject({ kind: z.literal("keys"), accessKeyId: secretReference, secretAccessKey: secretReference }),
    ],
    { error: "a map with kind: webIdentity or keys" },
  ),
  /** ConfigMap with the authority of the store's certificate. */
  ca: z.strictObject({ configMap: dnsLabel, key: dataKey }).optional(),
  pathStyle: yesOrNo.optional(),
  encryption: z
    .discriminatedUnion(
      "kind",
      [
        z.strictObject({ kind: z.literal("none") }),
        z.strictObject({ kind: z.literal("sse-s3") }),
        z.strictObject({
          kind: z.literal("sse-kms"),
          keyArn: matching(/^arn:[\w-]+:kms:\S+$/, "the ARN of a KMS key").optional(),
        }),
      ],
      { error: "a map with kind: none, sse-s3 or sse-kms" },
    )
    .optional(),
  timeoutSeconds: whole(10, 7200).optional(),
});

/** Backups of Vault. What is left out is filled in by `backupSettings` in components/vault/backup-settings.ts. */
export const backupSchema = z.strictObject({
  schedule: text("five fields of cron such as 0 3 * * 0").optional(),
  timeZone: text("a time zone such as Etc/UTC").optional(),
  suspended: yesOrNo.optional(),
  stores: mapOf(store, "stores by name"),
  retention: z
    .strictObject({
      days: whole(1, 3650).optional(),
      minKeep: whole(0, 1000).optional(),
      unverifiedGraceHours: whole(1, 720).optional(),
    })
    .optional(),
  spoolSize: quantity.optional(),
  resources: resources.optional(),
  deadlineSeconds: whole(60, 86_400).optional(),
  startingDeadlineSeconds: whole(60, 86_400).optional(),
  pushgateway: matching(/^https?:\/\/[^\s/]+$/, "http://HOST[:PORT] of a Prometheus Pushgateway").optional(),
  /** Restores for trial; absent: none. What is left out is filled in by `drillSettings` in components/vault/drill-settings.ts. */
  drill: z
    .strictObject({
      schedule: text("five fields of cron such as 0 5 1 * *").optional(),
      timeZone: text("a time zone such as Etc/UTC").optional(),
      suspended: yesOrNo.optional(),
      store: text("the name of a store").optional(),
      spoolSize: quantity.optional(),
      dataSize: quantity.optional(),
      resources: resources.optional(),
      serverResources: resources.optional(),
      deadlineSeconds: whole(60, 86_400).optional(),
      egressPorts: listOf(port, "a list of ports").optional(),
      egressCidrs: listOf(cidr, "a list of address ranges").optional(),
    })
    .optional(),
  /** What the program may connect to beside Vault; absent: the ports of the stores and of the Pushgateway. */
  egressPorts: listOf(port, "a list of ports").optional(),
});

export type BackupInput = z.output<typeof backupSchema>;
export type BackupStoreInput = BackupInput["stores"][string];
