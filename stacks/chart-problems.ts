import type { ChartSource } from "./chart-version";
import { joinPath, type Problem, show } from "./problems";

/** Where a chart comes from, as settings have it. */
export interface ChartSettings {
  readonly chart: string;
  readonly repository?: string;
  readonly version?: string;
}

/**
 * What is wrong with a chart by name and repository, by `oci://`, or in a folder or archive.
 *
 * @param name of the chart in its usual repository, as an example.
 */
export function helmChartProblems(
  path: readonly string[],
  { chart, repository, version }: ChartSettings,
  name: string,
  inspectChart: (chart: string) => ChartSource,
): Problem[] {
  const at = (key: keyof ChartSettings): string => joinPath(...path, key);
  if (repository !== undefined || chart.startsWith("oci://")) {
    const problems: Problem[] = [];
    if (version === undefined)
      problems.push({ path: at("version"), what: "not set", allowed: "the version of the chart" });
    if (repository !== undefined && !/^[a-z0-9][a-z0-9-]*$/.test(chart)) {
      const allowed = "the chart's name alone, beside repository";
      problems.push({ path: at("chart"), what: show(joinPath(...path), chart), allowed, fix: `such as ${name}` });
    }
    return problems;
  }
  const source = inspectChart(chart);
  if (source.kind === "unreadable") {
    return [
      {
        path: at("chart"),
        what: `${show(joinPath(...path), chart)}: ${source.reason}`,
        allowed: "a chart's name together with repository, oci://REGISTRY/CHART, a folder, or a .tgz file",
      },
    ];
  }
  if (source.kind !== "local" || version === undefined || version === source.version) return [];
  const allowed = `${source.version}, which the chart at ${chart} holds, or nothing`;
  return [{ path: at("version"), what: show(joinPath(...path), version), allowed }];
}
