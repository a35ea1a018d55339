import { z } from "zod";

import { cronAllowed, cronProblem, sameReadings } from "../components/arc/schedule/cron";
import { isTimeZone } from "../components/arc/schedule/wall-clock";
import { isDnsLabel } from "../components/arc/names";
import { nearestName, type Problem, show } from "./problems";
import { listOf, text, whole } from "./schema";

const cron = z.string({ error: cronAllowed }).superRefine((value, context) => {
  const problem = cronProblem(value);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

const timeZoneAllowed = "an IANA time zone such as Asia/Seoul";

const timeZone = z.string({ error: timeZoneAllowed }).superRefine((value, context) => {
  if (isTimeZone(value)) return;
  const nearest = nearestName(value, Intl.supportedValuesOf("timeZone"));
  const message = nearest === undefined ? timeZoneAllowed : `${timeZoneAllowed} (did you mean ${nearest}?)`;
  context.addIssue({ code: "custom", message });
});

/** One time window of a scale set. Its numbers are checked against the set's by {@link scheduleProblems}. */
const windowSchema = z.strictObject({
  name: text("a name of lower-case letters, digits and hyphens, such as office-hours", isDnsLabel),
  start: cron,
  end: cron,
  timeZone,
  minRunners: whole(0, 10_000).optional(),
  maxRunners: whole(0, 10_000).optional(),
});

/** `scaleSets.<name>.schedule`. */
export const scheduleSchema = listOf(windowSchema, "a list of time windows, the one that decides first");

export type WindowSettings = z.output<typeof windowSchema>;

/** What of a scale set the checks of its schedule need. */
export interface ScheduledSettings {
  readonly minRunners: number;
  readonly maxRunners: number;
  readonly schedule?: readonly WindowSettings[];
}

/**
 * What is wrong with the schedule of a scale set beyond each value for itself.
 *
 * @param path of the set, such as `scaleSets.runner-base`.
 */
export function scheduleProblems(path: string, set: ScheduledSettings): Problem[] {
  const windows = set.schedule ?? [];
  return windows.flatMap((window, index) => {
    const at = `${path}.schedule.${index}`;
    const earlier = windows.findIndex(({ name }) => name === window.name);
    return [
      ...(earlier < index ? [duplicateName(at, window, earlier)] : []),
      ...(sameReadings(window.start, window.end) ? [neverCloses(at, window)] : []),
      ...limitProblems(at, window, set),
    ];
  });
}

function duplicateName(at: string, { name }: WindowSettings, earlier: number): Problem {
  return {
    path: `${at}.name`,
    what: show(`${at}.name`, name),
    allowed: `a name of its own: window ${earlier} of this set is called so`,
  };
}

function neverCloses(at: string, { end }: WindowSettings): Problem {
  return {
    path: `${at}.end`,
    what: `${show(`${at}.end`, end)}, the times of start`,
    allowed: "other times than those of start",
    fix: "the window would never close: for all times change the set's own minRunners and maxRunners",
  };
}

function limitProblems(at: string, window: WindowSettings, set: ScheduledSettings): Problem[] {
  const { minRunners, maxRunners } = window;
  if (minRunners === undefined && maxRunners === undefined) {
    return [{ path: at, what: "neither minRunners nor maxRunners given", allowed: "at least one of them" }];
  }
  const problems: Problem[] = [];
  if (maxRunners !== undefined && maxRunners > set.maxRunners) {
    problems.push({
      path: `${at}.maxRunners`,
      what: show(`${at}.maxRunners`, maxRunners),
      allowed: `at most ${set.maxRunners}, the set's own maxRunners, for which quota and devices are provided`,
      fix: "raise the set's maxRunners, and lower it by a window for the other times",
    });
  }
  const most = maxRunners ?? set.maxRunners;
  if (minRunners !== undefined && minRunners > most) {
    problems.push({
      path: `${at}.minRunners`,
      what: show(`${at}.minRunners`, minRunners),
      allowed: `at most maxRunners, which is ${most} ${maxRunners === undefined ? "for the set" : "in this window"}`,
    });
  }
  // With a maxRunners alone the set's own minRunners still holds.
  if (minRunners === undefined && set.minRunners > most) {
    problems.push({
      path: `${at}.maxRunners`,
      what: show(`${at}.maxRunners`, maxRunners),
      allowed: `at least minRunners, which is ${set.minRunners} for the set`,
      fix: "give this window a minRunners too",
    });
  }
  return problems;
}
