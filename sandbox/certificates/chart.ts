import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { definitionsTemplate, readDefinitions, withVersion } from "../charts/assemble";
import { builtFolder } from "../tools/cache";
import { builtTools } from "../tools/catalog";

/**
 * The chart of the cert-manager that was built, put together unless it is there: the sources lack the version, and keep the definitions apart.
 * cert-manager's own release does the same (make/manifests.mk there).
 * @param built folder of the built tool, with `chart-source` and `crds`; before the build there is no chart either
 * @returns folder of the chart
 */
export function certManagerChart(built: string = builtFolder(builtTools.certManager)): string {
  const chart = join(built, "chart");
  if (existsSync(chart) || !existsSync(built)) return chart;
  const unfinished = join(built, `.chart-${String(process.pid)}`);
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(join(built, "chart-source"), unfinished, { recursive: true });
  const template = parse(readFileSync(join(unfinished, "Chart.template.yaml"), "utf8")) as Record<string, unknown>;
  writeFileSync(join(unfinished, "Chart.yaml"), stringify(withVersion(template, `v${builtTools.certManager.version}`)));
  mkdirSync(join(unfinished, "templates"), { recursive: true });
  writeFileSync(join(unfinished, "templates", "crds.yaml"), definitionsTemplate(readDefinitions(join(built, "crds"))));
  renameSync(unfinished, chart);
  return chart;
}
