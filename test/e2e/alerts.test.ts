import { phaseMetric } from "../../components/observability/phase-metrics";
import { runnerRules } from "../../components/observability/runner-rules";
import { type AlertCase, type Series, testAlerts } from "./support/alert-cases";

const rules = runnerRules({
  controllerNamespace: "arc-systems",
  controllerName: "arc",
  scaleSets: [
    { name: "runner-base", maxRunners: 10 },
    { name: "runner-gpu", maxRunners: 3 },
  ],
  runbookBaseUrl: "https://git.example.com/runbooks",
  phaseMetrics: true,
});

const controllerUp = 'up{job="arc-systems/arc-controller-metrics",namespace="arc-systems",pod="c-1"}';
const listenerUp = (set: string): string =>
  `up{job="arc-systems/arc-listener-metrics",namespace="arc-systems",pod="${set}-l",scale_set="${set}"}`;
const listeners = (set: string): string =>
  `gha_controller_running_listeners{namespace="arc-systems",exported_namespace="arc-systems",name="${set}-754b578d-listener",scale_set="${set}"}`;
const failed = (set: string): string =>
  `gha_controller_failed_ephemeral_runners{namespace="arc-systems",exported_namespace="arc-runners-dind",name="${set}",scale_set="${set}"}`;
const gauge = (metric: string, set: string): string =>
  `gha_${metric}{namespace="arc-systems",exported_namespace="arc-runners-dind",name="${set}-x7k2p",scale_set="${set}"}`;
const phase = (set: string, name: string): string =>
  `${phaseMetric}{namespace="monitoring",scale_set="${set}",scale_set_namespace="arc-runners-dind",phase="${name}"}`;
const bucket = (set: string, le: string): string =>
  `gha_job_startup_duration_seconds_bucket{namespace="arc-systems",organization="acme",scale_set="${set}",le="${le}"}`;
const count = (set: string): string =>
  `gha_job_startup_duration_seconds_count{namespace="arc-systems",organization="acme",scale_set="${set}"}`;

/** Everything as it should be: two sets with listeners, idle. */
const healthy: Series = {
  [controllerUp]: "1x180",
  ...Object.fromEntries(
    ["runner-base", "runner-gpu"].flatMap((set) => [
      [listenerUp(set), "1x180"],
      [listeners(set), "1x180"],
      [failed(set), "0x180"],
      [gauge("desired_runners", set), "1x180"],
      [gauge("assigned_jobs", set), "0x180"],
      [phase(set, "Running"), "1x180"],
      [phase(set, "Outdated"), "0x180"],
    ]),
  ),
};

/** So many jobs a minute, of which as many start within 15 and 60 seconds. */
function starts(set: string, perMinute: number, within15: number, within60: number): Series {
  return {
    [bucket(set, "15")]: `0+${within15}x180`,
    [bucket(set, "60")]: `0+${within60}x180`,
    [bucket(set, "120")]: `0+${perMinute}x180`,
    [bucket(set, "+Inf")]: `0+${perMinute}x180`,
    [count(set)]: `0+${perMinute}x180`,
  };
}

const base = "runner-base";
const cases: readonly AlertCase[] = [
  { name: "nothing while all is well", series: {}, at: 120, fires: [] },
  {
    name: "one alert, not one per set, when there are no metrics at all",
    series: Object.fromEntries(Object.keys(healthy).map((name) => [name, ""])),
    at: 30,
    fires: ["RunnerControllerMetricsMissing critical", "RunnerPhaseMetricsMissing warning"],
  },
  {
    name: "one alert when no controller pod answers",
    series: { [controllerUp]: "0x180", [listeners(base)]: "", [listeners("runner-gpu")]: "" },
    at: 30,
    fires: ["RunnerControllerMetricsMissing critical"],
  },
  {
    name: "nothing while one of two controller pods answers",
    series: { [controllerUp]: "0x180", [controllerUp.replace("c-1", "c-2")]: "1x180" },
    at: 30,
    fires: [],
  },
  {
    name: "a listener that is down",
    series: { [listeners(base)]: "0x180" },
    at: 6,
    fires: [`RunnerListenerDown critical ${base}`],
  },
  {
    name: "a listener of which nothing is heard",
    series: { [listeners(base)]: "" },
    at: 6,
    fires: [`RunnerListenerDown critical ${base}`],
  },
  {
    name: "a listener that is first down and then gone, without a gap",
    series: { [listeners(base)]: "0x3 _x170" },
    at: 12,
    fires: [`RunnerListenerDown critical ${base}`],
  },
  {
    name: "nothing while a listener is re-created",
    series: { [listeners(base)]: "1x10 0x3 1x170" },
    at: 15,
    fires: [],
  },
  {
    name: "a listener that runs and is not scraped",
    series: { [listenerUp(base)]: "", [gauge("desired_runners", base)]: "", [gauge("assigned_jobs", base)]: "" },
    at: 20,
    fires: [`RunnerListenerMetricsMissing warning ${base}`],
  },
  {
    name: "failed runners",
    series: { [failed(base)]: "2x180" },
    at: 6,
    fires: [`RunnerScaleSetFailedRunners warning ${base}`],
  },
  {
    name: "nothing for a runner that failed and is gone",
    series: { [failed(base)]: "0x5 1x3 0x170" },
    at: 9,
    fires: [],
  },
  {
    name: "a set at the maximum of the settings, each runner with a job",
    series: { [gauge("desired_runners", base)]: "10x180", [gauge("assigned_jobs", base)]: "25x180" },
    at: 11,
    fires: [`RunnerScaleSetAtMax warning ${base}`],
  },
  {
    name: "nothing at the maximum while runners are idle",
    series: { [gauge("desired_runners", base)]: "10x180", [gauge("assigned_jobs", base)]: "4x180" },
    at: 60,
    fires: [],
  },
  {
    name: "nothing for a short burst",
    series: { [gauge("desired_runners", base)]: "1x9 10x5 1x160", [gauge("assigned_jobs", base)]: "0x9 25x5 0x160" },
    at: 15,
    fires: [],
  },
  {
    name: "a set at the maximum that its listener exports, below that of the settings",
    series: {
      [gauge("max_runners", base)]: "2x180",
      [gauge("desired_runners", base)]: "2x180",
      [gauge("assigned_jobs", base)]: "2x180",
    },
    at: 11,
    fires: [`RunnerScaleSetAtMax warning ${base}`],
  },
  {
    name: "nothing for a set that a schedule has closed",
    series: {
      [gauge("max_runners", base)]: "0x180",
      [gauge("desired_runners", base)]: "0x180",
      [gauge("assigned_jobs", base)]: "5x180",
    },
    at: 60,
    fires: [],
  },
  {
    name: "an outdated set, by its phase and by its missing listener",
    series: { [phase(base, "Running")]: "0x180", [phase(base, "Outdated")]: "1x180", [listeners(base)]: "0x180" },
    at: 6,
    fires: [`RunnerListenerDown critical ${base}`, `RunnerScaleSetOutdated critical ${base}`],
  },
  {
    name: "nothing for an outdated set of somebody else's",
    series: { [phase("other", "Outdated")]: "1x180" },
    at: 20,
    fires: [],
  },
  { name: "nothing while jobs start in time", series: starts(base, 10, 10, 10), at: 60, fires: [] },
  {
    name: "jobs that start slowly",
    series: starts(base, 10, 8, 10),
    at: 60,
    fires: [`RunnerStartSlow warning ${base}`],
  },
  {
    name: "jobs that start very slowly",
    series: starts(base, 10, 5, 8),
    at: 60,
    fires: [`RunnerStartSlow critical ${base}`, `RunnerStartSlow warning ${base}`],
  },
  {
    name: "nothing for so few jobs that a percentile means nothing",
    series: starts(base, 0.1, 0, 0),
    at: 60,
    fires: [],
  },
  {
    name: "nothing when no job has started for hours",
    series: Object.fromEntries(Object.keys(starts(base, 1, 1, 1)).map((name) => [name, "100x180"])),
    at: 120,
    fires: [],
  },
];

describe("the alerts, as Prometheus evaluates them,", () => {
  testAlerts({ rules, count: 12, healthy, cases, fault: { series: { [listeners(base)]: "0x180" }, at: 6 } });
});
