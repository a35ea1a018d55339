/**
 * Wall clocks of time zones, with the rules for the two nights a year when they jump.
 *
 * A *reading* is what a wall clock shows, written as if it were UTC: 02:30 on 29 March 2026 is `Date.UTC(2026, 2, 29, 2, 30)` in every
 * zone. The clock reaches each reading exactly once, at {@link firstInstant}:
 *
 * - a reading that is shown twice (the clock goes back) is reached the first time;
 * - a reading that is never shown (the clock goes forward) is reached when the clock jumps over it.
 *
 * Readings are therefore reached in their own order, so of two readings the earlier is never reached later. Schedules of a start and an end
 * rest on that: neither can be lost, and a window inside the skipped hour is empty instead of open until the next day.
 */

/** Longer than any clock was set back at once since 1970: two hours where people live, three and seven at Antarctic stations. */
const longestWayBack = 8 * 3_600_000;

/** Zones are at most 14 hours ahead of UTC and 12 behind it; one that changes sides of the date line is so for both ends. */
const furthestFromUtc = 16 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether a name is an IANA time zone. Plain offsets such as `+09:00` are none: they know no daylight saving time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * The latest reading that the clock of a zone has shown up to an instant: what it shows now, or in the hour after it went back the last
 * reading before that.
 *
 * @param instant milliseconds since the epoch.
 * @throws RangeError for an unknown zone.
 */
export function latestReading(zone: string, instant: number): number {
  const now = reading(zone, instant);
  const past = instant - longestWayBack;
  const pastOffset = reading(zone, past) - past;
  if (pastOffset <= now - instant) return now;
  const change = firstTrue(past, instant, (middle) => reading(zone, middle) - middle !== pastOffset);
  return Math.max(now, change - 1 + pastOffset);
}

/** The instant at which the clock of a zone reaches a reading; see above. @throws RangeError for an unknown zone. */
export function firstInstant(zone: string, wanted: number): number {
  const reached = (instant: number): boolean => latestReading(zone, instant) >= wanted;
  // Right on nearly all days of the year, and checked, because searching takes a hundred looks at the clock.
  const guess = wanted - (reading(zone, wanted) - wanted);
  if (reached(guess) && !reached(guess - 1)) return guess;
  return firstTrue(wanted - furthestFromUtc, wanted + furthestFromUtc, reached);
}

/** The least integer above `low` and up to `high` for which the test holds, given that it holds for `high` and from then on. */
function firstTrue(low: number, high: number, test: (value: number) => boolean): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function reading(zone: string, instant: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + modulo(instant, 1000);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  return format;
}
