import { Cron } from "croner";

import { longestIntervalHours } from "../../components/vault/backup-rules";
import { type Problem, show } from "../problems";

interface Scheduled {
  readonly schedule: string;
  readonly timeZone: string;
}

/** A schedule or time zone that is none, or that does not come again. */
export function scheduleProblems(section: string, { schedule, timeZone }: Scheduled): Problem[] {
  const zone = isCron("0 3 * * 0", timeZone)
    ? []
    : [problem(`${section}.timeZone`, timeZone, "a time zone such as Etc/UTC or Europe/Berlin")];
  const path = `${section}.schedule`;
  if (!isCron(schedule, "Etc/UTC")) return [...zone, problem(path, schedule, "five fields of cron such as 0 3 * * 0")];
  if (zone.length > 0 || longestIntervalHours(schedule, timeZone) !== undefined) return zone;
  return [problem(path, schedule, "a schedule that comes again")];
}

function isCron(pattern: string, timezone: string): boolean {
  try {
    new Cron(pattern, { timezone, paused: true, mode: "5-part" }).nextRun();
    return true;
  } catch {
    return false;
  }
}

function problem(path: string, value: string, allowed: string): Problem {
  return { path, what: show("", value), allowed };
}
