import { InvalidArgumentError } from "commander";

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds of a duration such as `90s` or `15m`. @throws InvalidArgumentError for anything else */
export function parseSeconds(text: string): number {
  const [, number, unit = ""] = /^(\d+)([smh])$/.exec(text) ?? [];
  const factor = secondsOf[unit];
  if (number === undefined || factor === undefined || Number(number) === 0)
    throw new InvalidArgumentError("use a number with s, m or h, such as 90s or 15m");
  return Number(number) * factor;
}
