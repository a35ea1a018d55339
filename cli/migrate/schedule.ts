import type { Frequency } from "../../stacks/legacy/override-times";
import type { LegacyOverride } from "../../stacks/legacy/schema";
import type { Note } from "./notes";

/** A time window of a scale set, as `scaleSets.<name>.schedule` has it. */
export interface Window {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly minRunners: number;
}

/** Zones without daylight saving time, by their offset: the likely ones first. Source: IANA time zone database. */
const zones: Readonly<Record<string, readonly string[]>> = {
  "+00:00": ["Etc/UTC"],
  "+03:00": ["Europe/Istanbul", "Asia/Riyadh", "Africa/Nairobi"],
  "+03:30": ["Asia/Tehran"],
  "+04:00": ["Asia/Dubai"],
  "+04:30": ["Asia/Kabul"],
  "+05:30": ["Asia/Kolkata"],
  "+05:45": ["Asia/Kathmandu"],
  "+06:30": ["Asia/Yangon"],
  "+07:00": ["Asia/Bangkok", "Asia/Ho_Chi_Minh", "Asia/Jakarta"],
  "+08:00": ["Asia/Singapore", "Asia/Shanghai", "Asia/Taipei", "Australia/Perth"],
  "+09:00": ["Asia/Seoul", "Asia/Tokyo"],
  "+09:30": ["Australia/Darwin"],
  "+10:00": ["Australia/Brisbane"],
  "-03:00": ["America/Sao_Paulo", "America/Argentina/Buenos_Aires"],
  "-05:00": ["America/Bogota", "America/Lima"],
  "-07:00": ["America/Phoenix"],
  "-10:00": ["Pacific/Honolulu"],
};

/** Zones with daylight saving time that have an offset in some part of the year. */
const changingZones: Readonly<Record<string, readonly string[]>> = {
  "+00:00": ["Europe/London"],
  "+01:00": ["Europe/Berlin", "Europe/London"],
  "+02:00": ["Europe/Berlin", "Europe/Helsinki"],
  "+03:00": ["Europe/Helsinki"],
  "+10:00": ["Australia/Sydney"],
  "+11:00": ["Australia/Sydney"],
  "-03:30": ["America/St_Johns"],
  "-04:00": ["America/New_York"],
  "-05:00": ["America/New_York", "America/Chicago"],
  "-06:00": ["America/Chicago", "America/Denver"],
  "-07:00": ["America/Denver", "America/Los_Angeles"],
  "-08:00": ["America/Los_Angeles"],
};

/**
 * The window that replaces an override, or nothing when none does.
 *
 * @param position of the override in its list, from 0.
 */
export function windowOf(
  override: LegacyOverride,
  position: number,
): { readonly window?: Window; readonly notes: readonly Note[] } {
  const subject = `scheduledOverrides.${position}`;
  const offset = offsetOf(override.startTime);
  const frequency = override.recurrenceRule?.frequency;
  if (frequency === undefined) {
    const text = `it happens once, from ${override.startTime} to ${override.endTime}; windows recur. Change minRunners for that time.`;
    return { notes: [{ subject, text }] };
  }
  const start = local(override.startTime, offset);
  const end = local(override.endTime, offset);
  if (cron(start, frequency) === cron(end, frequency)) {
    const text = `it never ends: give the set minRunners: ${override.minReplicas} instead of a window.`;
    return { notes: [{ subject, text }] };
  }
  const zone = zoneOf(offset);
  return {
    window: {
      name: `override-${position + 1}`,
      start: cron(start, frequency),
      end: cron(end, frequency),
      timeZone: zone.chosen,
      minRunners: override.minReplicas,
    },
    notes: [
      { subject, text: zone.advice },
      ...(override.recurrenceRule?.untilTime === undefined
        ? []
        : [{ subject, text: `windows have no end: remove it after ${override.recurrenceRule.untilTime}.` }]),
      ...(frequency === "Monthly" && start.getUTCMonth() !== end.getUTCMonth()
        ? [{ subject, text: "it runs into the next month, whose day the end names; the override counted days." }]
        : []),
    ],
  };
}

function zoneOf(offset: string): { readonly chosen: string; readonly advice: string } {
  const stable = zones[offset] ?? [];
  const changing = changingZones[offset] ?? [];
  const chosen = stable[0] ?? fixedZone(offset) ?? changing[0] ?? "Etc/UTC";
  const others = [...stable.slice(1), ...changing];
  const choice = others.length === 0 ? "" : ` Others at this offset: ${others.join(", ")}.`;
  const keeps =
    stable.includes(chosen) || chosen.startsWith("Etc/GMT") ? `${chosen} keeps it all year` : `${chosen} is a guess`;
  return {
    chosen,
    advice: `${offset} is an offset and no time zone; ${keeps}. Choose the zone of those who use the runners.${choice}`,
  };
}

/** A zone that is nothing but its offset; the sign of their names is the opposite of everybody else's. */
function fixedZone(offset: string): string | undefined {
  if (!offset.endsWith(":00")) return undefined;
  const hours = Number(offset.slice(1, 3));
  return `Etc/GMT${offset.startsWith("+") ? "-" : "+"}${hours}`;
}

function offsetOf(time: string): string {
  const found = /[+-]\d{2}:\d{2}$/.exec(time)?.[0] ?? "+00:00";
  return found === "-00:00" ? "+00:00" : found;
}

/** A date whose UTC fields are those of the clock at that offset. */
function local(time: string, offset: string): Date {
  const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number);
  const sign = offset.startsWith("-") ? -1 : 1;
  return new Date(Date.parse(time) + sign * (hours * 60 + minutes) * 60_000);
}

function cron(time: Date, frequency: Frequency): string {
  const minute = time.getUTCMinutes();
  const hour = time.getUTCHours();
  const day = frequency === "Monthly" || frequency === "Yearly" ? time.getUTCDate() : "*";
  const month = frequency === "Yearly" ? time.getUTCMonth() + 1 : "*";
  const weekday = frequency === "Weekly" ? time.getUTCDay() : "*";
  return [minute, hour, day, month, weekday].join(" ");
}
