import { occurrences } from "./cron";
import { firstInstant, latestReading } from "./wall-clock";

/** How many runners a scale set keeps idle, and how many it may have at a time. */
export interface Limits {
  readonly minRunners: number;
  readonly maxRunners: number;
}

/** A recurring span of time with limits of its own. What it does not give stays as the scale set has it. */
export interface ScheduleWindow extends Partial<Limits> {
  /** Unique within the scale set; for logs and metrics. */
  readonly name: string;
  /** Cron expression of five fields: the window is open from each of its occurrences ... */
  readonly start: string;
  /** ... until the next occurrence of this one. */
  readonly end: string;
  /** IANA time zone on whose wall clock both are read. */
  readonly timeZone: string;
}

/** What holds at a moment. */
export interface Desired extends Limits {
  /** Name of the open window that decides; absent outside of all windows. */
  readonly window?: string;
  /** Until when this holds for certain: the next moment at which a window opens or closes. */
  readonly until: Date;
}

/** The last moment that a Date can hold. */
const endOfTime = 8.64e15;

/**
 * The limits of a scale set at a moment: those of the earliest listed window that is open, else its own.
 *
 * ```ts
 * const weekdays = { name: "day", start: "0 9 * * 1-5", end: "0 18 * * 1-5", timeZone: "Asia/Seoul", minRunners: 5 };
 * desired([weekdays], { minRunners: 1, maxRunners: 10 }, new Date("2026-03-02T01:00:00Z"));
 * // { minRunners: 5, maxRunners: 10, window: "day", until: 2026-03-02T09:00:00Z }
 * ```
 *
 * @throws Error or RangeError for a cron expression or time zone that settings would refuse.
 */
export function desired(windows: readonly ScheduleWindow[], base: Limits, now: Date): Desired {
  const states = windows.map((window) => ({ window, ...stateOf(window, now.getTime()) }));
  const deciding = states.find(({ open }) => open)?.window;
  return {
    minRunners: deciding?.minRunners ?? base.minRunners,
    maxRunners: deciding?.maxRunners ?? base.maxRunners,
    ...(deciding && { window: deciding.name }),
    until: new Date(Math.min(endOfTime, ...states.map(({ until }) => until))),
  };
}

/**
 * Whether a window is open, and when it next opens or closes. Start and end are compared as readings of the wall clock, not as instants: of
 * two readings in the hour that the clock skips, both reached at the same instant, the earlier still comes first.
 */
function stateOf({ start, end, timeZone }: ScheduleWindow, now: number): { open: boolean; until: number } {
  const reading = latestReading(timeZone, now);
  const [starts, ends] = [occurrences(start), occurrences(end)];
  const opened = starts.last(reading);
  const closed = ends.last(reading);
  const next = [starts.next(reading), ends.next(reading)].filter((moment) => moment !== undefined);
  return {
    // An end at the very reading of a start closes the window that was open before; the start opens the next.
    open: opened !== undefined && (closed === undefined || closed <= opened),
    until: next.length === 0 ? endOfTime : firstInstant(timeZone, Math.min(...next)),
  };
}
