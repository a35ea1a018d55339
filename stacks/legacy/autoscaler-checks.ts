import { joinPath, type Problem, show } from "../problems";
import { overrideProblems } from "./override-checks";
import type { LegacyAutoscaler, LegacyMetric } from "./schema";

/** The runners that an autoscaler serves, as far as its rules depend on them. */
export interface ScaledRunners {
  readonly repository?: string;
  readonly organization?: string;
  readonly enterprise?: string;
}

const queue = "TotalNumberOfQueuedAndInProgressWorkflowRuns";
const busy = "PercentageRunnersBusy";

/** Values which the controller takes where a metric gives none. Source: `autoscaling.go` of 0.27.6. */
const defaultThresholds = { up: 0.8, down: 0.3 };

/**
 * What is wrong with an autoscaler, besides the form of its values. The controller itself reports most of it only as an event of the
 * autoscaler, and some of it never: such a set just stays at zero.
 *
 * @param path where the autoscaler stands.
 */
export function autoscalerProblems(
  path: readonly PropertyKey[],
  runners: ScaledRunners,
  autoscaler: LegacyAutoscaler,
): Problem[] {
  const { minReplicas, maxReplicas, metrics = [] } = autoscaler;
  const problems: Problem[] = [];
  if (minReplicas > maxReplicas) {
    const at = joinPath(...path, "minReplicas");
    problems.push({ path: at, what: show(at, minReplicas), allowed: `at most maxReplicas, which is ${maxReplicas}` });
  }
  return [
    ...problems,
    ...combinationProblems(path, metrics),
    ...wakingProblems(path, autoscaler),
    ...metrics.flatMap((metric, index) => metricProblems([...path, "metrics", index], runners, metric)),
    ...overrideProblems(path, autoscaler),
  ];
}

/** The controller accepts one metric, or PercentageRunnersBusy with the queue as second opinion, which it asks at a result of zero. */
function combinationProblems(path: readonly PropertyKey[], metrics: readonly LegacyMetric[]): Problem[] {
  const at = joinPath(...path, "metrics");
  const types = metrics.map(({ type }) => type);
  const allowed = `one metric, or ${busy} first and ${queue} second`;
  if (types.length > 2) return [{ path: at, what: `given ${types.length} metrics`, allowed }];
  if (types.length < 2 || (types[0] === busy && types[1] === queue)) return [];
  const swapped = types[0] === queue && types[1] === busy;
  return [
    {
      path: at,
      what: `given ${types.join(", ")}`,
      allowed,
      fix: swapped
        ? "swap them: in this order the controller fails whenever nothing is queued, and never scales down"
        : "remove one of them",
    },
  ];
}

/** Whether a set can leave zero: nothing is ever busy there, so that only the queue or a webhook can tell that a job waits. */
function wakingProblems(path: readonly PropertyKey[], autoscaler: LegacyAutoscaler): Problem[] {
  const { minReplicas, metrics = [], scaleUpTriggers = [], scheduledOverrides = [] } = autoscaler;
  if (scaleUpTriggers.length > 0 || metrics.some(({ type }) => type === queue)) return [];
  if (metrics.length === 0 && minReplicas > 0) {
    if (scheduledOverrides.length > 0) return [];
    return [
      {
        path: joinPath(...path, "metrics"),
        what: "not set, nor are scaleUpTriggers",
        allowed: `${queue} or ${busy}`,
        fix: "without either the set stays at minReplicas: add a metric, or give replicas instead of an autoscaler",
      },
    ];
  }
  const zeros = [
    ...(minReplicas === 0 ? [{ keys: [...path, "minReplicas"], until: "never leaves zero" }] : []),
    ...scheduledOverrides.flatMap((override, index) =>
      override.minReplicas === 0
        ? [
            {
              keys: [...path, "scheduledOverrides", index, "minReplicas"],
              until: "stays at zero until the override ends",
            },
          ]
        : [],
    ),
  ];
  return zeros.map(({ keys, until }) => ({
    path: joinPath(...keys),
    what:
      metrics.length === 0
        ? `given 0, but there is neither a metric nor a trigger: the set ${until}`
        : `given 0, but ${busy} is the only metric: with no runner none is busy, so the set ${until}`,
    allowed: "at least 1",
    fix: `use 1, or add ${queue}${metrics.length === 0 ? "" : " as the second metric"}, or scaleUpTriggers`,
  }));
}

function metricProblems(path: readonly PropertyKey[], runners: ScaledRunners, metric: LegacyMetric): Problem[] {
  return metric.type === queue ? queueProblems(path, runners, metric) : busyProblems(path, metric);
}

const busyFields = [
  "scaleUpThreshold",
  "scaleDownThreshold",
  "scaleUpFactor",
  "scaleDownFactor",
  "scaleUpAdjustment",
  "scaleDownAdjustment",
] as const;

function queueProblems(path: readonly PropertyKey[], runners: ScaledRunners, metric: LegacyMetric): Problem[] {
  const problems: Problem[] = busyFields
    .filter((key) => metric[key] !== undefined)
    .map((key) => {
      const at = joinPath(...path, key);
      return { path: at, what: show(at, metric[key]), allowed: `nothing: only ${busy} reads it`, fix: "remove it" };
    });
  if (runners.enterprise !== undefined) {
    problems.push({
      path: joinPath(...path, "type"),
      what: `given ${queue} for runners of an enterprise`,
      allowed: busy,
      fix: "the controller looks at queues of repositories and of organizations only: use the other metric, or scaleUpTriggers",
    });
  }
  return [
    ...problems,
    ...repositoryNameProblems(joinPath(...path, "repositoryNames"), runners, metric.repositoryNames),
  ];
}

function repositoryNameProblems(at: string, runners: ScaledRunners, names: readonly string[] | undefined): Problem[] {
  if (runners.repository !== undefined) {
    if (names === undefined) return [];
    return [
      {
        path: at,
        what: show(at, names),
        allowed: "nothing: it is ignored for runners of a repository",
        fix: `remove it: the controller looks at ${runners.repository} anyway`,
      },
    ];
  }
  if (runners.organization === undefined) return [];
  if (names === undefined || names.length === 0) {
    return [
      {
        path: at,
        what: names === undefined ? "not set" : "given []",
        allowed: "names of repositories, for runners of an organization",
        fix: "list every repository whose jobs these runners serve: without it the controller only reports an error",
      },
    ];
  }
  const qualified = names.filter((name) => name.includes("/"));
  if (qualified.length === 0) return [];
  const bare = qualified.map((name) => name.split("/").at(-1) ?? name);
  return [
    {
      path: at,
      what: show(at, qualified),
      allowed: `names without owner: they are looked up below ${runners.organization}`,
      fix: `use ${bare.join(", ")}`,
    },
  ];
}

function busyProblems(path: readonly PropertyKey[], metric: LegacyMetric): Problem[] {
  const problems: Problem[] = [];
  if (metric.repositoryNames !== undefined) {
    const at = joinPath(...path, "repositoryNames");
    problems.push({
      path: at,
      what: show(at, metric.repositoryNames),
      allowed: `nothing: only ${queue} reads it`,
      fix: "remove it",
    });
  }
  for (const direction of ["Up", "Down"] as const) {
    const factor = `scale${direction}Factor` as const;
    const adjustment = `scale${direction}Adjustment` as const;
    const at = joinPath(...path, factor);
    if (metric[factor] !== undefined && metric[adjustment] !== undefined) {
      problems.push({
        path: at,
        what: `${show(at, metric[factor])}, beside ${adjustment} ${metric[adjustment]}`,
        allowed: "one of the two",
        fix: "the controller refuses both together and scales no more",
      });
    }
  }
  return [...problems, ...thresholdProblems(path, metric), ...factorProblems(path, metric)];
}

function thresholdProblems(path: readonly PropertyKey[], metric: LegacyMetric): Problem[] {
  const given = (["scaleUpThreshold", "scaleDownThreshold"] as const).filter((key) => metric[key] !== undefined);
  const outside = given.filter((key) => Number(metric[key]) > 1);
  if (outside.length > 0) {
    return outside.map((key) => {
      const at = joinPath(...path, key);
      const value = Number(metric[key]);
      const fix = value <= 100 ? { fix: `a share, not a percentage: use "${value / 100}"` } : {};
      return { path: at, what: show(at, metric[key]), allowed: "a share of busy runners from 0 to 1", ...fix };
    });
  }
  const up = Number(metric.scaleUpThreshold ?? defaultThresholds.up);
  const down = Number(metric.scaleDownThreshold ?? defaultThresholds.down);
  if (up > down) return [];
  const key = metric.scaleUpThreshold === undefined ? "scaleDownThreshold" : "scaleUpThreshold";
  return [
    {
      path: joinPath(...path, key),
      what: show(key, metric[key]),
      allowed:
        key === "scaleUpThreshold"
          ? `more than scaleDownThreshold, which is ${down}`
          : `less than scaleUpThreshold, which is ${up}`,
      fix: "scaling up begins at the one, scaling down below the other",
    },
  ];
}

function factorProblems(path: readonly PropertyKey[], metric: LegacyMetric): Problem[] {
  const problems: Problem[] = [];
  if (metric.scaleUpFactor !== undefined && Number(metric.scaleUpFactor) <= 1) {
    const at = joinPath(...path, "scaleUpFactor");
    problems.push({ path: at, what: show(at, metric.scaleUpFactor), allowed: "more than 1, or the set never grows" });
  }
  if (metric.scaleDownFactor !== undefined && Number(metric.scaleDownFactor) >= 1) {
    const at = joinPath(...path, "scaleDownFactor");
    problems.push({
      path: at,
      what: show(at, metric.scaleDownFactor),
      allowed: "less than 1, or the set never shrinks",
    });
  }
  return problems;
}
