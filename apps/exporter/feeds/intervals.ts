/** Repositories by how likely their list of runs has changed. */
export interface TierCounts {
  /** With runs that are not over. */
  readonly active: number;
  /** With a run within the last day. */
  readonly recent: number;
  readonly idle: number;
}

export interface Intervals {
  readonly activeMs: number;
  readonly recentMs: number;
  readonly idleMs: number;
}

export interface IntervalOptions {
  /** How often each list is asked for when there is enough of everything. */
  readonly baseMs: number;
  /** Idle repositories are asked at least that often. */
  readonly longestMs: number;
  /** Requests that may be spent on lists within a minute; the rest is for jobs and sweeps. */
  readonly listsPerMinute: number;
}

export interface Room {
  /** Requests of the hour's limit that may still be charged, and how long they have to last. */
  readonly usable: number;
  readonly untilResetMs: number;
  /** What has been charged lately, with the intervals of then. */
  readonly chargedPerMinute: number;
}

const minute = 60_000;

/**
 * How often lists are asked for. An unchanged list costs nothing of the hour's limit, but each request is one of those that GitHub allows
 * within a minute. When either is short, idle repositories wait longer first, then recent ones, then all; none is ever left out.
 */
export function planIntervals(
  { active, recent, idle }: TierCounts,
  { baseMs, longestMs, listsPerMinute }: IntervalOptions,
  { usable, untilResetMs, chargedPerMinute }: Room,
): Intervals {
  const affordable = usable / Math.max(1, untilResetMs / minute);
  const short = chargedPerMinute > affordable ? Math.min(chargedPerMinute / Math.max(affordable, 0.01), 15) : 1;
  const base = Math.min(longestMs, baseMs * short);
  const perMinute = (count: number, interval: number): number => (count * minute) / interval;

  const left = listsPerMinute - perMinute(active, base);
  if (perMinute(recent + idle, base) <= left) return { activeMs: base, recentMs: base, idleMs: base };
  const leftForIdle = left - perMinute(recent, base);
  const idleMs = leftForIdle > 0 ? (idle * minute) / leftForIdle : Number.POSITIVE_INFINITY;
  if (idleMs <= longestMs) return { activeMs: base, recentMs: base, idleMs: Math.max(base, idleMs) };

  const leftForRecent = left - perMinute(idle, longestMs);
  const recentMs = leftForRecent > 0 ? (recent * minute) / leftForRecent : Number.POSITIVE_INFINITY;
  if (recentMs <= longestMs) return { activeMs: base, recentMs: Math.max(base, recentMs), idleMs: longestMs };

  // Too many for any order: everything takes as long as it takes.
  const all = ((active + recent + idle) * minute) / listsPerMinute;
  const evenly = Math.max(base, all);
  return { activeMs: evenly, recentMs: evenly, idleMs: Math.max(longestMs, evenly) };
}
