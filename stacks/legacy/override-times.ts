export type Frequency = "Daily" | "Weekly" | "Monthly" | "Yearly";

/** The times at which an override is active: once, or again and again until `until`. */
export interface Occurrences {
  readonly start: Date;
  readonly end: Date;
  readonly frequency?: Frequency;
  readonly until?: Date;
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

const day = 24 * 60 * 60 * 1000;

/** The longest that an occurrence may last: the shortest distance between two of them, 28 days for months and 365 for years. */
export function periodLimit(frequency: Frequency): { readonly milliseconds: number; readonly words: string } {
  return {
    Daily: { milliseconds: day, words: "1 day" },
    Weekly: { milliseconds: 7 * day, words: "7 days" },
    Monthly: { milliseconds: 28 * day, words: "28 days" },
    Yearly: { milliseconds: 365 * day, words: "365 days" },
  }[frequency];
}

/** How many occurrences are looked at: enough to meet every weekday, month length and leap year. */
const examined: Readonly<Record<Frequency, number>> = { Daily: 400, Weekly: 60, Monthly: 60, Yearly: 10 };

/**
 * Whether each occurrence lies inside what `others` cover together. Recurrence is judged by examples: the first 400 days, 60 weeks or months, or
 * 10 years.
 */
export function isCovered(own: Occurrences, others: readonly Occurrences[]): boolean {
  if (others.length === 0) return false;
  const wanted = expand(own, own.start.getTime(), own.frequency ? examined[own.frequency] : 1);
  const horizon = wanted.at(-1)?.end ?? own.end.getTime();
  const covering = others.flatMap((other) => expandUntil(other, own.start.getTime(), horizon));
  return wanted.length > 0 && wanted.every((interval) => isInside(interval, covering));
}

/** Whether the union of `covering` holds the whole interval. */
function isInside(interval: Interval, covering: readonly Interval[]): boolean {
  let reached = interval.start;
  for (const { start, end } of [...covering].sort((a, b) => a.start - b.start)) {
    if (start > reached) break;
    reached = Math.max(reached, end);
    if (reached >= interval.end) return true;
  }
  return false;
}

function expandUntil(occurrences: Occurrences, from: number, horizon: number): Interval[] {
  if (!occurrences.frequency) return expand(occurrences, from, 1);
  const span = horizon - occurrences.start.getTime();
  const count = Math.max(0, Math.ceil(span / periodLimit(occurrences.frequency).milliseconds)) + 1;
  return expand(occurrences, from, count);
}

function expand(occurrences: Occurrences, from: number, count: number): Interval[] {
  const { start, end, frequency, until } = occurrences;
  const length = end.getTime() - start.getTime();
  const intervals: Interval[] = [];
  for (let index = 0; index < count; index += 1) {
    const begin = frequency ? occurrence(start, frequency, index) : start.getTime();
    if (begin === undefined) continue;
    if (until && begin > until.getTime()) break;
    if (begin + length > from) intervals.push({ start: begin, end: begin + length });
  }
  return intervals;
}

/** The start of an occurrence, in UTC as the controller computes it; `undefined` in months without that day, which it leaves out. */
function occurrence(start: Date, frequency: Frequency, index: number): number | undefined {
  if (frequency === "Daily") return start.getTime() + index * day;
  if (frequency === "Weekly") return start.getTime() + index * 7 * day;
  const months = frequency === "Monthly" ? index : 12 * index;
  const moved = new Date(start);
  moved.setUTCMonth(start.getUTCMonth() + months);
  return moved.getUTCDate() === start.getUTCDate() ? moved.getTime() : undefined;
}
