import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import type { ChartModule, ModuleFolder, PinnedChart } from "./catalog";

/** Where a module's sources lie. */
export type ModuleSource = (module: ChartModule) => string;

/** Puts a chart together below `target` as its project's release does: sources, dependencies in `charts/`, versions in Chart.yaml. */
export function assembleChart(pinned: PinnedChart, sourceOf: ModuleSource, target: string): string {
  const folder = join(target, pinned.chart);
  copyChart(pinned.source, pinned.version, sourceOf, folder);
  if (pinned.definitions) {
    const definitions = readDefinitions(join(sourceOf(pinned.definitions.module), pinned.definitions.folder));
    writeFileSync(join(folder, "templates", "crds.yaml"), definitionsTemplate(definitions));
  }
  for (const { chart, version, source } of pinned.dependencies ?? [])
    copyChart(source, version, sourceOf, join(folder, "charts", chart));
  return folder;
}

function copyChart({ module, folder }: ModuleFolder, version: string, sourceOf: ModuleSource, target: string): void {
  copyFolder(join(sourceOf(module), folder), target);
  // Some sources hold a template of it.
  const source = ["Chart.yaml", "Chart.template.yaml"]
    .map((name) => join(target, name))
    .find((file) => existsSync(file));
  if (source === undefined) throw new Error(`${module.path} ${module.version} has no chart in ${folder}`);
  const description = parse(readFileSync(source, "utf8")) as Record<string, unknown>;
  writeFileSync(join(target, "Chart.yaml"), stringify(withVersion(description, version)));
}

/** Definitions as one template of a chart, for those who set `installCRDs`. */
export function definitionsTemplate(definitions: string): string {
  return `{{- if .Values.installCRDs }}\n${definitions.trimEnd()}\n{{- end }}\n`;
}

/** Chart.yaml with its version; annotations are for a chart museum, and hold placeholders in some sources. */
export function withVersion(description: Readonly<Record<string, unknown>>, version: string): Record<string, unknown> {
  const kept = Object.entries(description).filter(([key]) => key !== "annotations");
  return { ...Object.fromEntries(kept), version, appVersion: version };
}

/** The definitions of files, or of all YAML files of folders, as one stream of documents. */
export function readDefinitions(...paths: readonly string[]): string {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name.endsWith(".yaml"))
          .sort()
          .map((name) => join(path, name))
      : [path],
  );
  return (
    files
      .map((file) =>
        readFileSync(file, "utf8")
          .replace(/^---\n/, "")
          .trimEnd(),
      )
      .join("\n---\n") + "\n"
  );
}

/** Go's module cache is read-only; a copy that cannot be removed again would be in the way. */
function copyFolder(source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  cpSync(source, target, { recursive: true, dereference: true });
  chmodSync(target, 0o755);
  for (const entry of readdirSync(target, { withFileTypes: true, recursive: true }))
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}
