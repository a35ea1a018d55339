import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import { scaleSetNameProblem } from "../../../../components/arc/names";
import { type AlertRule, runnerRules, type RunnerRulesArgs } from "../../../../components/observability/runner-rules";
import { promqlErrors } from "./promql";

const args: RunnerRulesArgs = {
  controllerNamespace: "arc-systems",
  controllerName: "arc",
  scaleSets: [
    { name: "runner-base", maxRunners: 10 },
    { name: "runner-gpu", maxRunners: 3 },
  ],
  runbookBaseUrl: "https://git.example.com/runbooks",
  phaseMetrics: true,
};
const runbooks = join(__dirname, "../../../../docs/runbooks");

function rules(changes: Partial<RunnerRulesArgs> = {}): AlertRule[] {
  return runnerRules({ ...args, ...changes }).groups.flatMap((group) => [...group.rules]);
}

function expressions(changes: Partial<RunnerRulesArgs> = {}): string[] {
  return rules(changes).map(({ alert, labels, expr }) => `${alert} ${labels.severity}: ${expr}`);
}

describe("runnerRules", () => {
  const controllerUp = 'up{job="arc-systems/arc-controller-metrics"}';
  const ofSet = (name: string, max: number): string[] => {
    const labels = `{namespace="arc-systems",scale_set="${name}"}`;
    const maximum = `(max(gha_max_runners${labels}) or vector(${max}))`;
    return [
      `RunnerListenerDown critical: (max(gha_controller_running_listeners${labels}) or vector(0)) == 0 and on () max(${controllerUp}) == 1`,
      `RunnerListenerMetricsMissing warning: (max(up{job="arc-systems/arc-listener-metrics",scale_set="${name}"}) or vector(0)) == 0 and on () max(gha_controller_running_listeners${labels}) == 1`,
      `RunnerScaleSetAtMax warning: max(gha_desired_runners${labels}) >= ${maximum} > 0 and on () max(gha_assigned_jobs${labels}) >= ${maximum}`,
    ];
  };
  const slow =
    'histogram_quantile(0.95, sum by (scale_set, le) (rate(gha_job_startup_duration_seconds_bucket{namespace="arc-systems"}[30m])))';
  const jobs =
    'sum by (scale_set) (increase(gha_job_startup_duration_seconds_count{namespace="arc-systems"}[30m])) >= 5';
  const shared = [
    'RunnerScaleSetFailedRunners warning: max by (scale_set) (gha_controller_failed_ephemeral_runners{namespace="arc-systems"}) > 0',
    `RunnerStartSlow warning: ${slow} > 15 and on (scale_set) ${jobs}`,
    `RunnerStartSlow critical: ${slow} > 60 and on (scale_set) ${jobs}`,
  ];
  const missing = `RunnerControllerMetricsMissing critical: absent(${controllerUp} == 1)`;
  const known = 'scale_set=~"runner-base|runner-gpu"';

  it("writes the shared rules once and those about absence per set", () => {
    assert.deepEqual(expressions(), [
      missing,
      `RunnerScaleSetOutdated critical: max by (scale_set, scale_set_namespace) (runner_platform_scale_set_phase{${known},phase="Outdated"}) == 1`,
      `RunnerPhaseMetricsMissing warning: absent(runner_platform_scale_set_phase{${known}})`,
      ...shared,
      ...ofSet("runner-base", 10),
      ...ofSet("runner-gpu", 3),
    ]);
  });

  it("leaves out the phase where nobody exports it", () => {
    const [one] = args.scaleSets;
    assert.ok(one);
    assert.deepEqual(expressions({ phaseMetrics: false, scaleSets: [one] }), [
      missing,
      ...shared,
      ...ofSet("runner-base", 10),
    ]);
  });

  it("watches the controller even without scale sets", () => {
    assert.deepEqual(expressions({ scaleSets: [] }), [missing]);
  });

  it("waits long enough for what passes by itself", () => {
    assert.deepEqual(Object.fromEntries(rules().map((rule) => [rule.alert, rule.for])), {
      RunnerControllerMetricsMissing: "10m",
      RunnerScaleSetOutdated: "5m",
      RunnerPhaseMetricsMissing: "15m",
      RunnerScaleSetFailedRunners: "5m",
      RunnerStartSlow: "10m",
      RunnerListenerDown: "5m",
      RunnerListenerMetricsMissing: "15m",
      RunnerScaleSetAtMax: "10m",
    });
  });

  it("puts each set into a group of its own, under a name that no other has", () => {
    assert.deepEqual(
      runnerRules(args).groups.map(({ name }) => name),
      ["runner-platform", "runner-platform-runner-base", "runner-platform-runner-gpu"],
    );
  });

  it("names the set in each text about one, and says what it is of in the label", () => {
    for (const { alert, labels, annotations } of rules().filter(({ alert: name }) => !/MetricsMissing$/.test(name))) {
      const set = labels["scale_set"] ?? "{{ $labels.scale_set }}";
      assert.ok(annotations.summary.includes(set), alert);
      assert.ok(annotations.description.includes(set), alert);
    }
  });

  it("points each alert at its runbook, which exists and says what to do", () => {
    for (const { alert, annotations } of rules()) {
      assert.equal(annotations.runbook_url, `https://git.example.com/runbooks/${alert}.md`);
      const file = join(runbooks, `${alert}.md`);
      assert.ok(existsSync(file), file);
      const text = readFileSync(file, "utf8");
      assert.match(text, new RegExp(`^# ${alert}\n`));
      for (const heading of ["## What it means", "## What to do"])
        assert.ok(text.includes(`\n${heading}\n`), `${alert}: ${heading}`);
    }
  });

  it("names no runbook where none is configured, and takes an address with a slash at its end", () => {
    const [none] = rules({ runbookBaseUrl: undefined });
    assert.deepEqual(Object.keys(none?.annotations ?? {}), ["summary", "description"]);
    const [one] = rules({ runbookBaseUrl: "https://git.example.com/runbooks/" });
    assert.equal(one?.annotations.runbook_url, "https://git.example.com/runbooks/RunnerControllerMetricsMissing.md");
  });

  it("has no runbook without an alert", () => {
    const alerts = new Set(rules().map(({ alert }) => alert));
    const orphans = readdirSync(runbooks).filter(
      (file) => file.startsWith("Runner") && !alerts.has(file.replace(/\.md$/, "")),
    );
    assert.deepEqual(orphans, []);
  });

  it("is PromQL for every name and number that settings may hold", () => {
    const names = fc
      .stringMatching(/^[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?$/)
      .filter((name) => scaleSetNameProblem(name) === undefined);
    const scaleSets = fc.uniqueArray(fc.record({ name: names, maxRunners: fc.nat(10_000) }), {
      selector: ({ name }) => name,
      maxLength: 4,
    });
    fc.assert(
      fc.property(scaleSets, names, (sets, namespace) => {
        for (const { expr } of rules({ scaleSets: sets, controllerNamespace: namespace }))
          assert.deepEqual(promqlErrors(expr), [], expr);
      }),
    );
  });
});

describe("the parser of the tests", () => {
  for (const wrong of ["sum(x) >", 'up{job="a}', "max by (a x", "rate(x[5m]) and on"]) {
    it(`refuses ${wrong}`, () => {
      assert.notDeepEqual(promqlErrors(wrong), []);
    });
  }
});
