/**
 * A second opinion on schedules that shares nothing with the components: it lets the clock of a zone run minute by minute, notes each
 * reading when it is first reached or jumped over, and opens and closes the window as its expressions match. No cron library, no searching.
 */

const minuteMs = 60_000;
/** The offset is asked for that often, and each minute of a quarter of an hour in which it changes: St. John's did so at 00:01. */
const quarterMs = 15 * minuteMs;

export interface Walked {
  /** Instants at which the window opened or closed, or would have had it not been so already. */
  readonly events: readonly number[];
  /** Whether the window is open at an instant inside of the walk; `undefined` before the first event. */
  readonly openAt: (instant: number) => boolean | undefined;
}

/** Lets the clock run from one instant to another (whole minutes). */
export function walk(zone: string, start: string, end: string, from: number, to: number): Walked {
  const [starts, ends] = [matcher(start), matcher(end)];
  const changes: { at: number; open: boolean }[] = [];
  let reached = from + offset(zone, from) - minuteMs;
  let open: boolean | undefined;
  let changing = true;
  for (let now = from, shift = 0; now < to; now += minuteMs) {
    const isQuarter = (now - from) % quarterMs === 0;
    if (isQuarter || changing) shift = offset(zone, now);
    if (isQuarter) changing = offset(zone, now + quarterMs) !== shift;
    for (; reached < now + shift;) {
      reached += minuteMs;
      const reading = new Date(reached);
      const [opens, closes] = [starts(reading), ends(reading)];
      if (closes) open = false;
      if (opens) open = true;
      if (opens || closes) changes.push({ at: now, open: open ?? false });
    }
  }
  return {
    events: changes.map(({ at }) => at),
    openAt: (instant) => changes.findLast(({ at }) => at <= instant)?.open,
  };
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Offset from UTC by way of a text for people, unlike in the components. */
function offset(zone: string, instant: number): number {
  const clock =
    clocks.get(zone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  clocks.set(zone, clock);
  return Date.parse(`${clock.format(instant).replace(" ", "T")}Z`) - Math.floor(instant / 1000) * 1000;
}

/** Cron as the manual page of Vixie's cron has it: if both days are restricted, either will do. */
function matcher(expression: string): (reading: Date) => boolean {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = expression.split(" ");
  const [minutes, hours, days, months, weekdays] = [minute, hour, day, month, weekday].map(valuesOf);
  return (reading) => {
    if (!minutes?.has(reading.getUTCMinutes()) || !hours?.has(reading.getUTCHours())) return false;
    const byDate = days?.has(reading.getUTCDate()) ?? false;
    const byWeekday = weekdays?.has(reading.getUTCDay()) ?? false;
    const dayHolds = day !== "*" && weekday !== "*" ? byDate || byWeekday : byDate && byWeekday;
    return dayHolds && (months?.has(reading.getUTCMonth() + 1) ?? false);
  };
}

function valuesOf(field: string): Set<number> {
  const everything = Array.from({ length: 60 }, (_, value) => value);
  return new Set(
    field.split(",").flatMap((item) => {
      const [range = "", step = "1"] = item.split("/");
      const [low = 0, high = low] = range === "*" ? [0, 59] : range.split("-").map(Number);
      return everything.filter((value) => value >= low && value <= high && (value - low) % Number(step) === 0);
    }),
  );
}
