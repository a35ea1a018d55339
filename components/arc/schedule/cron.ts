import { Cron, CronPattern } from "croner";

/**
 * Cron expressions of five fields over readings of a wall clock (see wall-clock.ts). The library is asked for UTC only, where every reading
 * exists once: its own rules for clock changes suit a job that runs, but not a window. It skips a time in the gap when the clock jumps over
 * midnight, which would lose an end, and lets start and end in the gap fall on one instant, which would lose their order.
 */

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names for the values from `least` on. */
  readonly names?: readonly string[];
}

const fields: readonly Field[] = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of month", least: 1, most: 31 },
  {
    name: "month",
    least: 1,
    most: 12,
    names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
  },
  { name: "day of week", least: 0, most: 7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] },
];

/** What an expression may be, for messages. */
export const cronAllowed =
  'five cron fields in quotes (minute, hour, day of month, month, day of week) such as "0 9 * * 1-5"';

/** A date before every schedule, with leap days after it, from which "never" is decided. */
const origin = new Date(Date.UTC(2000, 0, 1));

/** What is allowed where an expression breaks the rules, or `undefined` when it is right. */
export function cronProblem(expression: string): string | undefined {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== fields.length) return cronAllowed;
  const wrong = fields.find((field, index) => !isField(texts[index] ?? "", field));
  if (wrong) return fieldAllowed(wrong);
  if (compile(expression).nextRun(origin) === null) return "a date that exists: no month named has such a day";
  return undefined;
}

/** Whether two valid expressions name the same readings. */
export function sameReadings(one: string, other: string): boolean {
  const key = (expression: string): string => {
    const { minute, hour, day, month, dayOfWeek, starDOM, starDOW } = new CronPattern(expression, "UTC");
    return JSON.stringify([minute, hour, day, month, dayOfWeek.slice(0, 7), starDOM, starDOW]);
  };
  return key(one) === key(other);
}

/** Occurrences of a valid expression. */
export interface Occurrences {
  /** The last reading up to and including `reading`, or `undefined` before the first. */
  readonly last: (reading: number) => number | undefined;
  /** The first reading after `reading`, or `undefined` after the last, in the year 9999. */
  readonly next: (reading: number) => number | undefined;
}

/** @throws Error for an expression that {@link cronProblem} objects to. */
export function occurrences(expression: string): Occurrences {
  const cron = compile(expression);
  return {
    // The library looks strictly before a time of whole seconds.
    last: (reading) => cron.previousRuns(1, new Date(Math.floor(reading / 1000) * 1000 + 1000))[0]?.getTime(),
    next: (reading) => cron.nextRun(new Date(reading))?.getTime(),
  };
}

const compiled = new Map<string, Cron>();

function compile(expression: string): Cron {
  const known = compiled.get(expression);
  if (known) return known;
  const cron = new Cron(expression, { timezone: "UTC", mode: "5-part" });
  compiled.set(expression, cron);
  return cron;
}

function isField(text: string, field: Field): boolean {
  return text.split(",").every((item) => {
    const [range = "", step, ...more] = item.split("/");
    const span = range === "*" ? [field.least, field.most] : range.split("-").map((value) => valueOf(value, field));
    const [from, to = from, ...others] = span;
    if (more.length > 0 || others.length > 0 || from === undefined || to === undefined) return false;
    if (!(from <= to)) return false; // also where one is no number
    // A step of a single value would mean different things to different programs.
    return (
      step === undefined ||
      (span.length === 2 && /^\d{1,2}$/.test(step) && Number(step) >= 1 && Number(step) <= field.most)
    );
  });
}

function valueOf(text: string, { least, most, names }: Field): number {
  const named = names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return least + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : NaN;
}

function fieldAllowed({ name, least, most, names }: Field): string {
  const named = names ? ` or ${names[0] ?? ""} to ${names.at(-1) ?? ""}` : "";
  return `${least} to ${most}${named} as ${name}; lists (1,2), rising ranges (1-5) and steps (*/2, 0-20/5)`;
}
