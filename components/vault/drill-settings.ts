import type { BackupInput } from "../../stacks/vault/backup-schema";
import type { Resources } from "../pod";
import { type BackupSettings, storePorts } from "./backup-settings";

/** Drills with everything that settings may leave out. */
export interface DrillSettings {
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspended: boolean;
  /** Name of the store that backups are taken from. */
  readonly store: string;
  /** Room for the backup as it is fetched, and for the data of the server that it is restored into. */
  readonly spoolSize: string;
  readonly dataSize: string;
  /** Of the program. */
  readonly resources: Resources;
  /** Of the throw-away server. */
  readonly serverResources: Resources;
  readonly deadlineSeconds: number;
  readonly startingDeadlineSeconds: number;
  /** TCP ports that the pod may reach. */
  readonly egressPorts: readonly number[];
  /** Where it may reach them. Absent: everywhere outside the closed ranges. */
  readonly egressCidrs?: readonly string[];
}

/** On the first of the month, two hours after a backup by default could have begun. */
export const drillDefaults = {
  schedule: "0 5 1 * *",
  timeZone: "Etc/UTC",
  dataSize: "4Gi",
  deadlineSeconds: 7200,
  // A monthly run must not be lost because the controller was away for some hours.
  startingDeadlineSeconds: 86_400,
} as const;

export interface DrillSurroundings {
  /** Resources of the servers, which the throw-away one needs as well. */
  readonly serverResources: Resources;
  /** Ports of what opens the seal. */
  readonly sealPorts: readonly number[];
}

/** The drills of a stack; `undefined` where settings ask for none. */
export function drillSettings(
  drill: BackupInput["drill"],
  backup: BackupSettings,
  { serverResources, sealPorts }: DrillSurroundings,
): DrillSettings | undefined {
  if (!drill) return undefined;
  const store = drill.store ?? Object.keys(backup.stores)[0] ?? "";
  const used = backup.stores[store];
  return {
    schedule: drill.schedule ?? drillDefaults.schedule,
    timeZone: drill.timeZone ?? drillDefaults.timeZone,
    suspended: drill.suspended ?? false,
    store,
    spoolSize: drill.spoolSize ?? backup.spoolSize,
    dataSize: drill.dataSize ?? drillDefaults.dataSize,
    resources: drill.resources ?? backup.resources,
    serverResources: drill.serverResources ?? serverResources,
    deadlineSeconds: drill.deadlineSeconds ?? drillDefaults.deadlineSeconds,
    startingDeadlineSeconds: drillDefaults.startingDeadlineSeconds,
    egressPorts:
      drill.egressPorts ?? [...new Set([...(used ? storePorts(used) : []), ...sealPorts])].sort((a, b) => a - b),
    ...(drill.egressCidrs && { egressCidrs: drill.egressCidrs }),
  };
}
