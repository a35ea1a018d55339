import type { BackupInput, BackupStoreInput } from "../../stacks/vault/backup-schema";
import type { Resources } from "../pod";

/** A store with everything that settings may leave out. */
export interface BackupStore extends BackupStoreInput {
  readonly region: string;
  readonly prefix: string;
  readonly pathStyle: boolean;
  readonly encryption: NonNullable<BackupStoreInput["encryption"]>;
  readonly timeoutSeconds: number;
}

/** Backups with everything that settings may leave out. */
export interface BackupSettings {
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspended: boolean;
  readonly stores: Readonly<Record<string, BackupStore>>;
  readonly retention: { readonly days: number; readonly minKeep: number; readonly unverifiedGraceHours: number };
  readonly spoolSize: string;
  readonly resources: Resources;
  readonly deadlineSeconds: number;
  readonly startingDeadlineSeconds: number;
  readonly pushgateway?: string;
  readonly egressPorts: readonly number[];
}

/** Sunday at 03:00 UTC, kept for six days but never fewer than two: facts of the platform that this one takes after. */
export const backupDefaults = {
  schedule: "0 3 * * 0",
  timeZone: "Etc/UTC",
  retention: { days: 6, minKeep: 2, unverifiedGraceHours: 24 },
  spoolSize: "4Gi",
  resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
  deadlineSeconds: 7200,
  // A weekly run must not be lost because the controller was away at its minute.
  startingDeadlineSeconds: 21_600,
  store: { region: "us-east-1", prefix: "vault", timeoutSeconds: 1800 },
} as const;

export function backupSettings(input: BackupInput): BackupSettings {
  const { schedule, timeZone, retention, spoolSize, resources, deadlineSeconds, startingDeadlineSeconds } = {
    ...backupDefaults,
    ...withoutUndefined(input),
  };
  return {
    schedule,
    timeZone,
    suspended: input.suspended ?? false,
    stores: Object.fromEntries(Object.entries(input.stores).map(([name, store]) => [name, backupStore(store)])),
    retention: { ...backupDefaults.retention, ...withoutUndefined(retention) },
    spoolSize,
    resources,
    deadlineSeconds,
    startingDeadlineSeconds,
    ...(input.pushgateway !== undefined && { pushgateway: input.pushgateway }),
    egressPorts: input.egressPorts ?? portsOf(input),
  };
}

/** Stores elsewhere than at AWS are rarely found by a name of the bucket's own. */
function backupStore(store: BackupStoreInput): BackupStore {
  return {
    ...store,
    region: store.region ?? backupDefaults.store.region,
    prefix: store.prefix ?? backupDefaults.store.prefix,
    pathStyle: store.pathStyle ?? store.endpoint !== undefined,
    encryption: store.encryption ?? { kind: "none" },
    timeoutSeconds: store.timeoutSeconds ?? backupDefaults.store.timeoutSeconds,
  };
}

function portsOf({ stores, pushgateway }: BackupInput): number[] {
  const all = [
    ...Object.values(stores).flatMap(storePorts),
    ...(pushgateway === undefined ? [] : [portOf(pushgateway)]),
  ];
  return [...new Set(all)].sort((a, b) => a - b);
}

const awsEndpoint = "https://s3.amazonaws.com";

/** Ports that a store is reached at, with that of AWS's token service where credentials come from there. */
export function storePorts({ endpoint = awsEndpoint, credentials }: BackupStoreInput): number[] {
  return [portOf(endpoint), ...(credentials.kind === "webIdentity" ? [443] : [])];
}

function portOf(address: string): number {
  const { port, protocol } = new URL(address);
  return port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
}

function withoutUndefined<T extends object>(value: T | undefined): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(value ?? {}).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
