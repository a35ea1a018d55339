import { joinPath, type Problem, show } from "../problems";
import { isCovered, type Occurrences, periodLimit } from "./override-times";
import type { LegacyAutoscaler, LegacyOverride } from "./schema";

const hasOffset = (time: string): boolean => /(Z|[+-]\d{2}:\d{2})$/.test(time);

/** What is wrong with scheduled overrides. They lift or lower `minReplicas` only; of several active ones the first in the list counts. */
export function overrideProblems(path: readonly PropertyKey[], autoscaler: LegacyAutoscaler): Problem[] {
  const overrides = autoscaler.scheduledOverrides ?? [];
  const own = overrides.map((override, index) =>
    singleProblems([...path, "scheduledOverrides", index], override, autoscaler.maxReplicas),
  );
  return [
    ...own.flat(),
    // Times that cannot be read would only make this guess.
    ...(own.some((problems) => problems.length > 0) ? [] : hiddenProblems(path, overrides)),
  ];
}

function singleProblems(path: readonly PropertyKey[], override: LegacyOverride, maxReplicas: number): Problem[] {
  const problems = timeProblems(path, override);
  if (override.minReplicas > maxReplicas) {
    const at = joinPath(...path, "minReplicas");
    problems.push({
      path: at,
      what: show(at, override.minReplicas),
      allowed: `at most maxReplicas, which is ${maxReplicas}`,
      fix: "an override beats maxReplicas: so many runners would really start",
    });
  }
  return problems;
}

function timeProblems(path: readonly PropertyKey[], override: LegacyOverride): Problem[] {
  const { startTime, endTime, recurrenceRule } = override;
  const times = {
    startTime,
    endTime,
    ...(recurrenceRule?.untilTime !== undefined && { untilTime: recurrenceRule.untilTime }),
  };
  const problems: Problem[] = Object.entries(times).flatMap(([key, time]) => {
    const at = joinPath(...path, ...(key === "untilTime" ? ["recurrenceRule", key] : [key]));
    if (!hasOffset(time)) {
      return [
        {
          path: at,
          what: show(at, time),
          allowed: "a time with its offset, such as +09:00 or Z",
          fix: `"${time}+09:00" for Seoul`,
        },
      ];
    }
    return Number.isNaN(Date.parse(time)) ? [{ path: at, what: show(at, time), allowed: "a time that exists" }] : [];
  });
  if (problems.length > 0) return problems;
  const start = Date.parse(startTime);
  const length = Date.parse(endTime) - start;
  const at = joinPath(...path, "endTime");
  if (length <= 0)
    return [{ path: at, what: show(at, endTime), allowed: `a time after startTime, which is ${startTime}` }];
  if (!recurrenceRule) return [];
  const limit = periodLimit(recurrenceRule.frequency);
  if (length > limit.milliseconds) {
    problems.push({
      path: at,
      what: show(at, endTime),
      allowed: `at most ${limit.words} after startTime, because it recurs ${recurrenceRule.frequency}`,
      fix: "the controller fails at longer ones and scales no more",
    });
  }
  const { untilTime } = recurrenceRule;
  if (untilTime !== undefined && Date.parse(untilTime) < start) {
    const until = joinPath(...path, "recurrenceRule", "untilTime");
    problems.push({
      path: until,
      what: show(until, untilTime),
      allowed: `a time after startTime, which is ${startTime}`,
    });
  }
  return problems;
}

/** Overrides that can never count, because an earlier one of the list is active whenever they are. */
function hiddenProblems(path: readonly PropertyKey[], overrides: readonly LegacyOverride[]): Problem[] {
  const occurrences = overrides.map(occurrencesOf);
  return occurrences.flatMap((own, index) => {
    if (!isCovered(own, occurrences.slice(0, index))) return [];
    const at = joinPath(...path, "scheduledOverrides", index);
    return [
      {
        path: at,
        what: "never counts: an earlier one of the list is active whenever it is",
        allowed: "overrides from the most special to the most general",
        fix: "move it to the front, or remove it",
      },
    ];
  });
}

function occurrencesOf({ startTime, endTime, recurrenceRule }: LegacyOverride): Occurrences {
  return {
    start: new Date(startTime),
    end: new Date(endTime),
    ...(recurrenceRule && { frequency: recurrenceRule.frequency }),
    ...(recurrenceRule?.untilTime !== undefined && { until: new Date(recurrenceRule.untilTime) }),
  };
}
