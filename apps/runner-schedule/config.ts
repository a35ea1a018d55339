import { readFileSync } from "node:fs";

import { cronProblem } from "../../components/arc/schedule/cron";
import { isTimeZone } from "../../components/arc/schedule/wall-clock";
import type { ScheduleConfig, ScheduledSet } from "../../components/arc/schedule/config";

/**
 * Reads the schedule that the platform has mounted. It was checked before it got here; what can still differ is this program's own Node.js,
 * whose time zones may be older than those of the machine that checked.
 *
 * @throws Error naming everything that is wrong.
 */
export function readConfig(file: string): ScheduleConfig {
  const config = JSON.parse(readFileSync(file, "utf8")) as ScheduleConfig;
  const problems = config.sets.flatMap(problemsOf);
  if (problems.length > 0) throw new Error(`${file}: ${problems.join("; ")}`);
  return config;
}

function problemsOf({ name, windows }: ScheduledSet): string[] {
  return windows.flatMap(({ name: window, start, end, timeZone }) => {
    const where = `${name}, window ${window}`;
    const wrong = [start, end].filter((expression) => cronProblem(expression) !== undefined);
    return [
      ...wrong.map((expression) => `${where}: "${expression}" is no cron expression that ever comes true`),
      ...(isTimeZone(timeZone)
        ? []
        : [`${where}: this Node.js (time zones of ${process.versions["tz"] ?? "?"}) knows no time zone "${timeZone}"`]),
    ];
  });
}
