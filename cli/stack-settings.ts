import { existsSync } from "node:fs";

import { inspectChart } from "../stacks/chart-version";
import { formatProblems } from "../stacks/problems";
import type { Settings } from "../stacks/settings";
import { stackConfig } from "./stack-config";
import { UserError } from "./user-error";

/**
 * The settings of a stack as its files say, without the Pulumi engine: for commands that only look. Secrets are neither read nor needed.
 * What the sandbox supplies to the stack `local` when it runs (cluster, GitHub, chart) is taken as given, and images may lack the digest
 * that a deployment demands.
 *
 * @param file configuration instead of `Pulumi.<stack>.yaml`
 * @throws UserError with all problems at once
 */
export function settingsOfStack(stack: string, file?: string): Settings {
  const chartAt: typeof inspectChart = (chart) =>
    chart.startsWith("oci://") || existsSync(chart) ? inspectChart(chart) : { kind: "unknown" };
  const { result } = stackConfig(stack, chartAt, { ...(file !== undefined && { file }) }, { missingDigests: "report" });
  if ("problems" in result) throw new UserError(formatProblems(stack, result.problems));
  return result.settings;
}
