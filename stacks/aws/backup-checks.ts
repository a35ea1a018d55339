import { isDnsLabel } from "../../components/arc/names";
import { namespaceOf } from "../../components/runner-namespaces";
import type { Readable } from "../checks";
import { joinPath, type Problem, show } from "../problems";
import type { AwsBackup, AwsSettings } from "./schema";

/** What is wrong with the identities of Vault and with the buckets of its snapshots. */
export function backupProblems(aws: AwsSettings, settings: Readable): Problem[] {
  return [
    ...identityProblems(aws.vault),
    ...namespaceProblems(aws.vault.namespace, settings),
    ...(aws.backup ? bucketProblems(aws.backup) : []),
    ...(aws.backup ? retentionProblems(aws.backup) : []),
  ];
}

/** One account for two purposes would have the sum of both rights: the unseal key must not be the backup program's. */
function identityProblems({
  serviceAccount,
  backupServiceAccount,
  prunerServiceAccount,
  drillServiceAccount,
}: AwsSettings["vault"]): Problem[] {
  const accounts = { serviceAccount, backupServiceAccount, prunerServiceAccount, drillServiceAccount };
  const entries = Object.entries(accounts);
  return entries.flatMap(([key, account], index) => {
    const same = entries.slice(0, index).find(([, other]) => other === account);
    if (!same) return [];
    const path = `aws.vault.${key}`;
    return [{ path, what: show("", account), allowed: `another account than aws.vault.${same[0]}` }];
  });
}

function namespaceProblems(namespace: string, { namespaces, scaleSets }: Readable): Problem[] {
  if (!namespaces) return [];
  const runners = Object.values(scaleSets).map((set) => namespaceOf(set, namespaces));
  if (![namespaces.controller, ...runners].includes(namespace)) return [];
  return [
    {
      path: "aws.vault.namespace",
      what: show("", namespace),
      allowed: "a namespace of Vault alone: jobs could use its accounts",
    },
  ];
}

function bucketProblems({ buckets }: AwsBackup): Problem[] {
  const entries = Object.entries(buckets);
  if (entries.length === 0) return [{ path: "aws.backup.buckets", what: "empty", allowed: "at least one bucket" }];
  return entries.flatMap(([key, { bucket, accessLogBucket }], index) => {
    const path = joinPath("aws", "backup", "buckets", key);
    const problems: Problem[] = [];
    if (!isDnsLabel(key) || key.length > 20) {
      const allowed = "a DNS label of at most 20 characters: it becomes part of the key's name";
      problems.push({ path, what: `given ${JSON.stringify(key)}`, allowed });
    }
    const same = entries.slice(0, index).find(([, other]) => other.bucket === bucket);
    if (same)
      problems.push({ path: `${path}.bucket`, what: show("", bucket), allowed: `another than that of ${same[0]}` });
    if (accessLogBucket !== undefined && entries.some(([, other]) => other.bucket === accessLogBucket)) {
      const allowed = "a bucket without snapshots: a log of its own writing would never end";
      problems.push({ path: `${path}.accessLogBucket`, what: show("", accessLogBucket), allowed });
    }
    return problems;
  });
}

function retentionProblems({ expireDays, objectLock }: AwsBackup): Problem[] {
  if (!objectLock || objectLock.days <= expireDays) return [];
  return [
    {
      path: "aws.backup.objectLock.days",
      what: show("", objectLock.days),
      allowed: `at most aws.backup.expireDays, which is ${expireDays}`,
    },
  ];
}
