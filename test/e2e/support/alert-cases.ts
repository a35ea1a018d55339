import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RunnerRules } from "../../../components/observability/runner-rules";
import { CommandFailed, run } from "../../../sandbox/tools/run";
import { ensurePrometheus, type Prometheus } from "./prometheus";

/** Values by series, in promtool's notation. */
export type Series = Readonly<Record<string, string>>;

export interface AlertCase {
  readonly name: string;
  /** Laid over the healthy series; an empty text takes a series away. */
  readonly series: Series;
  /** Minute at which the alerts are compared. */
  readonly at: number;
  /** `ALERT severity` of all alerts that fire, and the scale set of those that name one: `ALERT severity set`. */
  readonly fires: readonly string[];
}

export interface AlertCasesArgs {
  readonly rules: RunnerRules;
  /** How many rules there are. */
  readonly count: number;
  /** Series of an installation where no alert fires. */
  readonly healthy: Series;
  readonly cases: readonly AlertCase[];
  /** A fault that fires some alert: with it a case that expects none must fail. */
  readonly fault: { readonly series: Series; readonly at: number };
}

/**
 * Tests of alerting rules, for the inside of a `describe`. They need no cluster: Prometheus' own tool reads the rules and evaluates them over
 * made-up series.
 */
export function testAlerts({ rules, count, healthy, cases, fault }: AlertCasesArgs): void {
  const folder = mkdtempSync(join(tmpdir(), "runner-platform-alerts-"));
  const ruleFile = join(folder, "rules.yaml");
  let programs: Prometheus;

  const judge = async (file: string, one: Omit<AlertCase, "name">): Promise<void> => {
    const path = join(folder, file);
    const series = { ...healthy, ...one.series };
    writeFileSync(path, stringify(testFile(rules, ruleFile, { ...one, series })));
    await run(programs.promtool, ["test", "rules", path]);
  };

  before(async () => {
    programs = await ensurePrometheus();
    writeFileSync(ruleFile, stringify(rules));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are rules that Prometheus accepts", async () => {
    const { stdout } = await run(programs.promtool, ["check", "rules", "--lint=all", "--lint-fatal", ruleFile]);
    assert.match(stdout, new RegExp(`SUCCESS: ${String(count)} rules found`));
  });

  for (const [index, one] of cases.entries()) {
    it(`report ${one.name}`, async () => {
      await judge(`case-${String(index)}.yaml`, one).catch((error: unknown) => {
        throw error instanceof CommandFailed ? new Error(`${error.message}\n${error.stdout}`) : error;
      });
    });
  }

  it("do not pass these tests whatever they are", async () => {
    await assert.rejects(judge("wrong.yaml", { ...fault, fires: [] }), CommandFailed);
  });
}

/** A file for `promtool test rules`: each alert that exists has to fire exactly as said, or not at all. */
function testFile(rules: RunnerRules, ruleFile: string, { series, at, fires }: Omit<AlertCase, "name">): unknown {
  const names = [...new Set(rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert)))];
  return {
    rule_files: [ruleFile],
    evaluation_interval: "1m",
    tests: [
      {
        interval: "1m",
        input_series: Object.entries(series)
          .filter(([, values]) => values !== "")
          .map(([name, values]) => ({ series: name, values })),
        // Annotations hold values; what they say is checked by the unit tests, so here an alert is compared through its series.
        promql_expr_test: names.map((alert) => ({
          expr: `count by (alertname, severity, scale_set) (ALERTS{alertname="${alert}",alertstate="firing"})`,
          eval_time: `${String(at)}m`,
          exp_samples: fires
            .filter((text) => text.startsWith(`${alert} `))
            .map((text) => ({ labels: labelsOf(text), value: 1 })),
        })),
      },
    ],
  };
}

function labelsOf(text: string): string {
  const [alertname = "", severity = "", set = ""] = text.split(" ");
  const labels = { alertname, severity, ...(set !== "" && { scale_set: set }) };
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",")}}`;
}
