import { InvalidArgumentError } from "commander";

const hoursOf: Readonly<Record<string, number>> = { m: 1 / 60, h: 1, d: 24 };

/** Hours of a duration such as `90m`, `24h` or `7d`. @throws InvalidArgumentError for anything else */
export function parseHours(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([mhd])$/.exec(text) ?? [];
  const factor = hoursOf[unit];
  if (number === undefined || factor === undefined)
    throw new InvalidArgumentError("use a number with m, h or d, such as 24h or 0m");
  return Number(number) * factor;
}

/** A duration as people say it: in minutes below two hours, in days beyond two days. */
export function formatHours(hours: number | undefined): string {
  if (hours === undefined) return "?";
  if (hours < 2) return `${Math.floor(hours * 60)}m`;
  return hours < 48 ? `${Math.floor(hours)}h` : `${Math.floor(hours / 24)}d`;
}
