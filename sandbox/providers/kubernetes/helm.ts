import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { ProviderError } from "./errors.js";
import type { JsonObject } from "./json.js";

/** What a chart is rendered with; the names are those of `helm.v4.ChartArgs`. */
export interface ChartRequest {
  readonly chart: string;
  readonly release: string;
  readonly namespace: string;
  readonly version?: string;
  readonly devel: boolean;
  readonly dependencyUpdate: boolean;
  readonly verify: boolean;
  readonly plainHttp: boolean;
  readonly skipCrds: boolean;
  readonly values: JsonObject;
  /** Contents of `valueYamlFiles`, lowest precedence first. */
  readonly valueFiles: readonly string[];
  readonly repository: RepositoryOptions;
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
}

export interface RepositoryOptions {
  readonly repo?: string;
  readonly username?: string;
  readonly password?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const run = promisify(execFile);

/** Renders a chart to YAML with `helm template`. Values go through files of our own, readable by nobody else. */
export async function renderChart(helm: string, request: ChartRequest): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "chart-values-"));
  try {
    const files = [...request.valueFiles, stringify(request.values)];
    const paths = files.map((_, index) => join(folder, `values-${index}.yaml`));
    await Promise.all(files.map((text, index) => writeFile(paths[index] ?? "", text, { mode: 0o600 })));
    const { stdout } = await run(helm, helmArguments(request, paths), { maxBuffer: MAX_OUTPUT_BYTES });
    return stdout;
  } catch (error) {
    throw new ProviderError(`chart ${request.chart} cannot be rendered: ${helmMessage(error)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The arguments of `helm template`. Hooks are left out, as the real plugin does: nothing would run them at the right time. */
export function helmArguments(request: ChartRequest, valueFiles: readonly string[]): string[] {
  const { repository } = request;
  const option = (name: string, value: string | undefined) =>
    value === undefined || value === "" ? [] : [name, value];
  const flag = (name: string, set: boolean) => (set ? [name] : []);
  return [
    "template",
    request.release,
    request.chart,
    ...option("--namespace", request.namespace),
    ...option("--kube-version", request.kubeVersion),
    ...request.apiVersions.flatMap((version) => ["--api-versions", version]),
    "--no-hooks",
    ...flag("--include-crds", !request.skipCrds),
    ...option("--version", request.version),
    ...flag("--devel", request.devel && request.version === undefined),
    ...flag("--dependency-update", request.dependencyUpdate),
    ...flag("--verify", request.verify),
    ...flag("--plain-http", request.plainHttp),
    ...option("--repo", repository.repo),
    ...option("--username", repository.username),
    ...option("--password", repository.password),
    ...option("--ca-file", repository.caFile),
    ...option("--cert-file", repository.certFile),
    ...option("--key-file", repository.keyFile),
    ...valueFiles.flatMap((file) => ["--values", file]),
  ];
}

/** A folder or archive; helm takes `charts/x` for the chart `x` of a repository `charts`, and so does this. */
export function isLocalChart(chart: string): boolean {
  return isAbsolute(chart) || chart.startsWith(".") || chart.startsWith("file://") || chart.endsWith(".tgz");
}

/** helm's own last words; its command line, which may hold a password, is not repeated. */
function helmMessage(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { stderr, code } = error as { stderr?: string; code?: string | number };
  if (code === "ENOENT") return "helm cannot be started; is it installed?";
  const lines = (stderr ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(WARNING|walk\.go|level=)/.test(line));
  return lines.length === 0 ? `helm ended with code ${String(code)}` : lines.join("\n").replace(/^Error: /, "");
}
