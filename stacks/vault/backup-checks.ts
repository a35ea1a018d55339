import { longestIntervalHours, retentionViolations, storeViolations } from "../../components/vault/backup-rules";
import { type BackupSettings, backupSettings } from "../../components/vault/backup-settings";
import type { Readable } from "../checks";
import { joinPath, type Problem, show } from "../problems";
import { drillProblems } from "./drill-checks";
import { scheduleProblems } from "./schedule-checks";
import type { VaultSettings } from "./schema";

const section = "vault.backup";

/** Backups that would not be there when they are needed. */
export function backupProblems(vault: VaultSettings, settings: Readable): Problem[] {
  if (!vault.backup) return [];
  const backup = backupSettings(vault.backup);
  const wrongTime = scheduleProblems(section, backup);
  return [
    ...wrongTime,
    ...(wrongTime.length > 0 ? [] : retentionProblems(backup)),
    ...countProblems(backup, settings.production === true),
    ...Object.entries(backup.stores).flatMap(([name, store]) => storeProblems(name, store, settings)),
    ...drillProblems(vault, settings),
  ];
}

function retentionProblems({ schedule, timeZone, retention }: BackupSettings): Problem[] {
  const interval = longestIntervalHours(schedule, timeZone);
  if (interval === undefined) return [];
  return retentionViolations(retention, interval).map(({ message }) => ({
    path: `${section}.retention`,
    what: message,
    allowed: `at least ${Math.ceil((2 * interval) / 24)} days, or minKeep of 1 and more`,
  }));
}

function countProblems({ stores }: BackupSettings, production: boolean): Problem[] {
  const count = Object.keys(stores).length;
  if (count === 0) return [{ path: `${section}.stores`, what: "empty", allowed: "at least one store" }];
  if (!production) return [];
  return storeViolations(count).map(({ message }) => ({
    path: `${section}.stores`,
    what: message,
    allowed: "two stores in production, in different places",
  }));
}

function storeProblems(
  name: string,
  store: BackupSettings["stores"][string],
  { aws, production }: Readable,
): Problem[] {
  const path = joinPath("vault", "backup", "stores", name);
  const { endpoint, credentials, encryption } = store;
  return [
    ...(endpoint?.startsWith("http:") && production === true
      ? [{ path: `${path}.endpoint`, what: show("", endpoint), allowed: "https in production" }]
      : []),
    ...(credentials.kind === "webIdentity" && credentials.roleArn === undefined && !aws?.backup
      ? [
          {
            path: `${path}.credentials.roleArn`,
            what: "not set, and there is no section aws.backup that makes a role",
            allowed: "the ARN of a role that trusts the ServiceAccount of backups",
          },
        ]
      : []),
    ...(encryption.kind === "sse-kms" && endpoint === undefined && encryption.keyArn === undefined
      ? [{ path: `${path}.encryption.keyArn`, what: "not set", allowed: "the ARN of a KMS key" }]
      : []),
  ];
}
