import { inspectChart } from "../../stacks/chart-version";
import { formatProblem, type Problem } from "../../stacks/problems";
import type { Settings } from "../../stacks/settings";
import type { Result } from "../../stacks/decode";
import { local } from "../../stacks/local";
import { type SandboxCharts, type StackConfig, stackConfig } from "../stack-config";
import { explain, UserError } from "../user-error";
import { echoesAws, previewOffline } from "./engine";
import { PreviewCollector, type StackPreview } from "./report";
import type { PreviewTools } from "./tools";

export interface PreviewOptions {
  /** Instead of `Pulumi.<stack>.yaml`. */
  readonly configFile?: string;
  /** Folder with archives of charts, see `previewTools`. */
  readonly charts?: string;
  /** See `EngineRun`. */
  readonly installedPlugins?: boolean;
}

/** Previews one stack. Whatever goes wrong is part of the result, so that the problems of several stacks can be told together. */
export async function previewStack(
  stack: string,
  tools: PreviewTools,
  { configFile, installedPlugins }: PreviewOptions = {},
): Promise<StackPreview> {
  try {
    const config = readConfig(stack, tools, configFile);
    const { result } = config;
    if ("problems" in result) return failed(stack, result.problems.map(formatProblem));
    return await runEngine(stack, config, result, tools, installedPlugins === true);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return failed(stack, [explain(error)]);
  }
}

function failed(stack: string, problems: readonly string[]): StackPreview {
  return { stack, resources: [], warnings: [], secretKeys: new Map(), problems };
}

async function runEngine(
  stack: string,
  config: StackConfig,
  { settings, missingDigests }: Extract<Result, { readonly settings: Settings }>,
  tools: PreviewTools,
  installedPlugins: boolean,
): Promise<StackPreview> {
  const collector = new PreviewCollector();
  const plugins = {
    aws: settings.aws !== undefined,
    vault: settings.vault !== undefined,
    organization: settings.organization !== undefined,
    installedPlugins,
  };
  try {
    const secretKeys = await previewOffline(
      {
        stack,
        config,
        kubeVersion: settings.kubernetes.version,
        ...plugins,
        onEvent: (event) => collector.add(event),
      },
      tools,
    );
    const echoed = echoesAws(plugins) ? echoWarnings(collector) : [];
    const warnings = [...collector.warnings, ...digestWarnings(missingDigests), ...echoed];
    return { stack, resources: collector.objects, warnings, secretKeys, problems: [] };
  } catch (error) {
    // The engine's own messages say more than the exception; without any, the exception is all there is.
    const problems = collector.errors.length > 0 ? collector.errors : [explain(error)];
    return { ...failed(stack, problems), resources: collector.objects, warnings: collector.warnings };
  }
}

function readConfig(stack: string, { charts }: PreviewTools, file: string | undefined): StackConfig {
  const sandboxCharts = sandboxChartsOf(charts);
  if (stack === "local" && !sandboxCharts)
    throw new UserError(
      "the charts that the sandbox supplies are missing: they come from Go modules, which need a network once",
    );
  return stackConfig(
    stack,
    inspectChart,
    { ...(file !== undefined && { file }), ...(sandboxCharts && { sandboxCharts }) },
    { missingDigests: "report" },
  );
}

/** The versions that the stack `local` has are those that can be built from Go modules. */
function sandboxChartsOf(charts: PreviewTools["charts"]): SandboxCharts | undefined {
  const folder = (chart: string, version: string | undefined) =>
    charts.find((item) => item.chart === chart && item.version.replace(/^v/, "") === version)?.folder;
  const controller = folder("gha-runner-scale-set-controller", local.arc?.version ?? undefined);
  const certManager = folder("cert-manager", local.certManager?.version ?? undefined);
  return controller === undefined || certManager === undefined ? undefined : { controller, certManager };
}

function digestWarnings(missing: readonly Problem[]): string[] {
  if (missing.length === 0) return [];
  const paths = missing.map(({ path }) => path).join(", ");
  return [`images without a digest, with which this stack cannot be deployed: ${paths} (npm run images -- lock)`];
}

function echoWarnings({ objects }: PreviewCollector): string[] {
  const types = [...new Set(objects.map(({ type }) => type).filter((type) => type.startsWith("aws:")))];
  if (types.length === 0) return [];
  return [
    `${types.length} types of aws are only echoed, neither checked nor looked up: ${types.map(shortType).join(", ")}`,
  ];
}

/** `aws:iam/role:Role` as `iam.Role`. */
function shortType(type: string): string {
  const [, module = "", kind = ""] = type.split(":");
  return `${module.split("/")[0] ?? ""}.${kind}`;
}
