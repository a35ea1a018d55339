import { Cron } from "croner";

/** A rule about backups that settings break. */
export interface BackupViolation {
  /** Of the catalogue of policies. */
  readonly rule: "BAK-01" | "BAK-02";
  readonly message: string;
}

const hour = 3_600_000;
/** How many runs are looked at: enough to see the longest pause of a schedule by days of the month, and a year of a weekly one. */
const runs = 60;
/** Always the same, so that what follows from a schedule does not change from one preview to the next. */
const beginning = new Date("2026-01-01T00:00:00Z");

/** The longest time between two runs of a schedule, in hours; undefined for one that has no two. */
export function longestIntervalHours(schedule: string, timeZone: string, from = beginning): number | undefined {
  const times = new Cron(schedule, { timezone: timeZone, paused: true, mode: "5-part" }).nextRuns(runs, from);
  const gaps = times.slice(1).map((time, index) => (time.getTime() - (times[index]?.getTime() ?? 0)) / hour);
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}

/**
 * BAK-01: how old the last success of a schedule may be before somebody is told, in whole hours: its longest pause and a day more, but for
 * schedules of less than a day no more than one run missed. A run that begins as late as it may and takes as long as it may is no reason for an alert.
 */
export function allowedAgeHours(
  intervalHours: number,
  {
    startingDeadlineSeconds,
    deadlineSeconds,
  }: { readonly startingDeadlineSeconds: number; readonly deadlineSeconds: number },
): number {
  const lateHours = (startingDeadlineSeconds + deadlineSeconds) / 3600;
  return Math.ceil(intervalHours + Math.max(Math.min(24, intervalHours), lateHours));
}

/**
 * BAK-02: retention by age alone must outlive two runs. With a floor of verified backups, age may be shorter: the floor then keeps what is
 * needed.
 */
export function retentionViolations(
  { days, minKeep }: { readonly days: number; readonly minKeep: number },
  intervalHours: number,
): BackupViolation[] {
  if (minKeep >= 1 || days * 24 >= 2 * intervalHours) return [];
  const message = `kept for ${days} days, run every ${Math.round(intervalHours)} h and without a floor: there are times without any backup`;
  return [{ rule: "BAK-02", message }];
}

/** BAK-01: one copy is none. */
export function storeViolations(stores: number): BackupViolation[] {
  return stores >= 2
    ? []
    : [{ rule: "BAK-01", message: `${stores} stores: what happens to the store happens to all backups` }];
}
