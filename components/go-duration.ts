const seconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** What {@link durationSeconds} reads, in words. */
export const durationAllowed = 'a duration in hours, minutes and seconds, such as "2160h" or "1h30m"';

/** Seconds of a duration as Kubernetes and Go write it, `1h30m`; `undefined` for anything else. Days and years do not exist there. */
export function durationSeconds(text: string): number | undefined {
  if (!/^([0-9]+h)?([0-9]+m)?([0-9]+s)?$/.test(text) || text === "") return undefined;
  return [...text.matchAll(/([0-9]+)([hms])/g)].reduce(
    (total, [, count, unit]) => total + Number(count) * (seconds[unit ?? ""] ?? 0),
    0,
  );
}
