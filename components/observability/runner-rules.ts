import { podMonitorNames } from "../arc/pod-monitors";
import { phaseMetric } from "./phase-metrics";

/** The objective for 95 of 100 jobs: from being assigned to the scale set until a runner takes the job. */
export const startObjectiveSeconds = 15;

/** From here on people wait for their jobs, and notice. */
export const startCriticalSeconds = 60;

export interface AlertedScaleSet {
  readonly name: string;
  /** `maxRunners` of the settings; used where the listener does not export its own, which also follows schedules. */
  readonly maxRunners: number;
}

export interface RunnerRulesArgs {
  /** Namespace of controller and listeners, where both are scraped. */
  readonly controllerNamespace: string;
  /** Name of the controller, from which its PodMonitors are named. */
  readonly controllerName: string;
  readonly scaleSets: readonly AlertedScaleSet[];
  /** Address of the folder with the runbooks. @default alerts name no runbook */
  readonly runbookBaseUrl?: string;
  /** Whether kube-state-metrics exports the phase of scale sets; see `phaseMetricsConfig`. */
  readonly phaseMetrics: boolean;
}

export type Severity = "critical" | "warning";

/** An alerting rule of Prometheus. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>> & { readonly severity: Severity };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url?: string };
}

/** A PrometheusRule `spec`, which is the content of a rule file of Prometheus too. */
export interface RunnerRules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[];
}

/** One alert before its runbook is known. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: Severity;
  /** Given for alerts about one set whose expression yields no labels. */
  readonly scaleSet?: string;
  readonly summary: string;
  readonly description: string;
}

/**
 * The alerts for scale sets and their controller. Absence is part of it: a scale set that ought to exist and of which nothing is heard is
 * worse than one that reports trouble, so some rules are written once per set. Two faults never hide each other, and one fault does not raise
 * an alert per set: without a controller nothing can be said of listeners, and that is one alert.
 */
export function runnerRules(args: RunnerRulesArgs): RunnerRules {
  const render = (alerts: readonly Alert[]): AlertRule[] =>
    alerts.map((alert) => renderAlert(alert, args.runbookBaseUrl));
  const shared = [...controllerAlerts(args), ...(args.scaleSets.length > 0 ? scaleSetAlerts(args) : [])];
  return {
    groups: [
      { name: "runner-platform", rules: render(shared) },
      ...args.scaleSets.map((set) => ({ name: `runner-platform-${set.name}`, rules: render(alertsOfSet(set, args)) })),
    ],
  };
}

/** The rule of an alert. */
export function renderAlert(
  { alert, expr, for: wait, severity, scaleSet, ...texts }: Alert,
  runbookBaseUrl: string | undefined,
): AlertRule {
  const runbook = runbookBaseUrl === undefined ? undefined : `${runbookBaseUrl.replace(/\/+$/, "")}/${alert}.md`;
  return {
    alert,
    expr,
    for: wait,
    labels: { severity, ...(scaleSet !== undefined && { scale_set: scaleSet }) },
    annotations: { ...texts, ...(runbook !== undefined && { runbook_url: runbook }) },
  };
}

/** Whether Prometheus reaches a controller pod. */
function controllerUp({ controllerNamespace, controllerName }: RunnerRulesArgs): string {
  return `up{job="${controllerNamespace}/${podMonitorNames(controllerName).controller}"}`;
}

function controllerAlerts(args: RunnerRulesArgs): Alert[] {
  return [
    {
      alert: "RunnerControllerMetricsMissing",
      expr: `absent(${controllerUp(args)} == 1)`,
      for: "10m",
      severity: "critical",
      summary: "No metrics from the runner controller",
      description: `Prometheus has reached no controller pod in ${args.controllerNamespace} for 10 minutes. Runners may not be created, and the alerts about listeners and failed runners are blind.`,
    },
  ];
}

/** Alerts whose expressions name the set themselves. */
function scaleSetAlerts(args: RunnerRulesArgs): Alert[] {
  const namespace = `namespace="${args.controllerNamespace}"`;
  return [
    ...(args.phaseMetrics ? phaseAlerts(args) : []),
    {
      alert: "RunnerScaleSetFailedRunners",
      expr: `max by (scale_set) (gha_controller_failed_ephemeral_runners{${namespace}}) > 0`,
      for: "5m",
      severity: "warning",
      summary: "Scale set {{ $labels.scale_set }} has failed runners",
      description:
        "{{ $value }} runners of scale set {{ $labels.scale_set }} are in phase Failed. They stay, and each takes the place of a working runner until it is deleted.",
    },
    startSlow(namespace, startObjectiveSeconds, "warning"),
    startSlow(namespace, startCriticalSeconds, "critical"),
  ];
}

function phaseAlerts({ scaleSets }: RunnerRulesArgs): Alert[] {
  // Names are DNS labels: nothing in them means anything to a regular expression.
  const known = `scale_set=~"${scaleSets.map(({ name }) => name).join("|")}"`;
  return [
    {
      alert: "RunnerScaleSetOutdated",
      expr: `max by (scale_set, scale_set_namespace) (${phaseMetric}{${known},phase="Outdated"}) == 1`,
      for: "5m",
      severity: "critical",
      summary: "Scale set {{ $labels.scale_set }} is outdated and takes no jobs",
      description:
        "Scale set {{ $labels.scale_set }} in {{ $labels.scale_set_namespace }} is in phase Outdated: GitHub refused its runner version, its listener is gone, and the controller does not leave this phase by itself.",
    },
    {
      alert: "RunnerPhaseMetricsMissing",
      expr: `absent(${phaseMetric}{${known}})`,
      for: "15m",
      severity: "warning",
      summary: "No phase of any scale set is known",
      description:
        "kube-state-metrics exports no phases of scale sets, so an outdated set would only be noticed by its missing listener.",
    },
  ];
}

/** Fewer jobs than this in half an hour say nothing about a percentile. */
const leastJobs = 5;

function startSlow(namespace: string, seconds: number, severity: Severity): Alert {
  const buckets = `sum by (scale_set, le) (rate(gha_job_startup_duration_seconds_bucket{${namespace}}[30m]))`;
  const jobs = `sum by (scale_set) (increase(gha_job_startup_duration_seconds_count{${namespace}}[30m]))`;
  return {
    alert: "RunnerStartSlow",
    expr: `histogram_quantile(0.95, ${buckets}) > ${seconds} and on (scale_set) ${jobs} >= ${leastJobs}`,
    for: "10m",
    severity,
    summary: `Jobs of scale set {{ $labels.scale_set }} wait more than ${seconds} s for a runner`,
    description: `The 95th percentile of the time from assignment to start is {{ printf "%.0f" $value }} s in scale set {{ $labels.scale_set }}; the objective is ${startObjectiveSeconds} s.`,
  };
}

/** Alerts about a set of which nothing may be heard at all. */
function alertsOfSet({ name, maxRunners }: AlertedScaleSet, args: RunnerRulesArgs): Alert[] {
  const labels = `{namespace="${args.controllerNamespace}",scale_set="${name}"}`;
  const listeners = `max(gha_controller_running_listeners${labels})`;
  const scraped = `max(up{job="${args.controllerNamespace}/${podMonitorNames(args.controllerName).listeners}",scale_set="${name}"})`;
  const maximum = `(max(gha_max_runners${labels}) or vector(${maxRunners}))`;
  return [
    {
      alert: "RunnerListenerDown",
      expr: `(${listeners} or vector(0)) == 0 and on () max(${controllerUp(args)}) == 1`,
      for: "5m",
      severity: "critical",
      scaleSet: name,
      summary: `Scale set ${name} has no listener`,
      description: `The controller has had no running listener for scale set ${name} for 5 minutes: its jobs get no new runners.`,
    },
    {
      alert: "RunnerListenerMetricsMissing",
      expr: `(${scraped} or vector(0)) == 0 and on () ${listeners} == 1`,
      for: "15m",
      severity: "warning",
      scaleSet: name,
      summary: `No metrics from the listener of scale set ${name}`,
      description: `The listener of scale set ${name} runs, but Prometheus does not reach it: the alerts about its maximum and about slow starts are blind.`,
    },
    {
      alert: "RunnerScaleSetAtMax",
      expr: `max(gha_desired_runners${labels}) >= ${maximum} > 0 and on () max(gha_assigned_jobs${labels}) >= ${maximum}`,
      for: "10m",
      severity: "warning",
      scaleSet: name,
      summary: `Scale set ${name} is at its maximum`,
      description: `Scale set ${name} has wanted its maximum of {{ $value }} runners for 10 minutes, and a job for each of them: further jobs wait.`,
    },
  ];
}
