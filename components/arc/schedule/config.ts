import type { Limits, ScheduleWindow } from "./windows";

/** One scale set and its schedule, as the program gets it. */
export interface ScheduledSet {
  readonly name: string;
  readonly namespace: string;
  /** What holds outside of all windows. */
  readonly base: Limits;
  readonly windows: readonly ScheduleWindow[];
}

/** Content of the file that the component writes and the program reads. */
export interface ScheduleConfig {
  readonly sets: readonly ScheduledSet[];
}

/** Name of that file in its ConfigMap. */
export const scheduleConfigFile = "schedule.json";

/** The file's text, the same for the same schedules in any order. */
export function scheduleConfigText({ sets }: ScheduleConfig): string {
  const sorted = [...sets].sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
  const plain = sorted.map(({ name, namespace, base, windows }) => ({
    name,
    namespace,
    base: limits(base),
    windows: windows.map((window) => ({
      name: window.name,
      start: window.start,
      end: window.end,
      timeZone: window.timeZone,
      ...limits(window),
    })),
  }));
  return `${JSON.stringify({ sets: plain }, undefined, 2)}\n`;
}

function limits({ minRunners, maxRunners }: Partial<Limits>): Partial<Limits> {
  return { ...(minRunners !== undefined && { minRunners }), ...(maxRunners !== undefined && { maxRunners }) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
