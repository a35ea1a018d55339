import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import lockfile from "proper-lockfile";

import type { AvailableChart } from "../providers/kubernetes/offline-charts";
import { goEnvironment } from "../tools/build";
import { cacheFolder } from "../tools/cache";
import { CommandFailed, lastLines, run } from "../tools/run";
import { assembleChart, readDefinitions } from "./assemble";
import { type ChartModule, modulesFolder, pinnedCharts, pinnedDefinitions } from "./catalog";

/** Charts and definitions on this machine. */
export interface Charts {
  /** File with the list of charts, for the offline kubernetes provider. */
  readonly list: string;
  readonly charts: readonly AvailableChart[];
  /** File with the definitions of a project, as published for its version. */
  definitions(name: keyof typeof pinnedDefinitions): string;
}

/** How long one process waits for another that fetches the same: a few MB over the network. */
const lockPatience = { retries: 300, minTimeout: 100, maxTimeout: 1_000 };

/** The charts, if an earlier run has fetched them. */
export function findCharts(cache: string = cacheFolder()): Charts | undefined {
  const folder = chartsFolder(cache);
  return existsSync(folder) ? chartsIn(folder) : undefined;
}

/**
 * Fetches the pinned modules with `go mod download`, which refuses what differs from go.sum, and puts the charts together in the cache.
 *
 * @param go looks for the Go toolchain; asked only when something has to be fetched.
 */
export async function ensureCharts(go: () => Promise<string>, cache: string = cacheFolder()): Promise<Charts> {
  const target = chartsFolder(cache);
  if (existsSync(target)) return chartsIn(target);
  mkdirSync(join(cache, "charts"), { recursive: true });
  const release = await lockfile.lock(target, { realpath: false, stale: 30_000, update: 5_000, retries: lockPatience });
  try {
    if (!existsSync(target)) await fetch(await go(), target);
    return chartsIn(target);
  } finally {
    await release();
  }
}

async function fetch(go: string, target: string): Promise<void> {
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const sources = await download(go);
  const sourceOf = (module: ChartModule): string => {
    const folder = sources.get(nameOf(module));
    if (folder === undefined) throw new Error(`go mod download brought no ${nameOf(module)}`);
    return folder;
  };
  for (const pinned of pinnedCharts) assembleChart(pinned, sourceOf, join(unfinished, pinned.version));
  for (const [name, { module, paths }] of Object.entries(pinnedDefinitions)) {
    const files = paths.map((path) => join(sourceOf(module), path));
    writeFileSync(join(unfinished, `${name}.crds.yaml`), readDefinitions(...files));
  }
  const list = pinnedCharts.map(({ chart, version, repositories }): AvailableChart => ({
    chart,
    version,
    repositories,
    folder: join(target, version, chart),
  }));
  writeFileSync(join(unfinished, "charts.json"), `${JSON.stringify(list, null, 2)}\n`);
  renameSync(unfinished, target);
}

/** Folders of the modules' sources, by path and version. */
async function download(go: string): Promise<ReadonlyMap<string, string>> {
  const args = ["mod", "download", "-json", ...new Set(usedModules().map(nameOf))];
  const { stdout } = await run(go, args, { cwd: modulesFolder, env: goEnvironment() }).catch((error: unknown) => {
    throw error instanceof CommandFailed ? new Error(reasonOf(error), { cause: error }) : error;
  });
  // One object after the other, no list.
  const answers = JSON.parse(`[${stdout.trim().replaceAll(/^\}\n\{$/gm, "},{")}]`) as Answer[];
  return new Map(answers.map(({ Path: path, Version: version, Dir: folder }) => [nameOf({ path, version }), folder]));
}

/** What Go says about the first module that it could not bring: on stdout in its answer, or on stderr when a sum is wrong. */
function reasonOf({ stdout, stderr }: CommandFailed): string {
  const [, text] = /"Error": (".*")/.exec(stdout) ?? [];
  return text === undefined ? lastLines(stderr, 10) : (JSON.parse(text) as string);
}

interface Answer {
  readonly Path: string;
  readonly Version: string;
  readonly Dir: string;
}

function usedModules(): ChartModule[] {
  const folders = pinnedCharts.flatMap(({ source, definitions, dependencies = [] }) => [
    source,
    ...(definitions ? [definitions] : []),
    ...dependencies.map((dependency) => dependency.source),
  ]);
  return [...folders, ...Object.values(pinnedDefinitions)].map(({ module }) => module);
}

function nameOf({ path, version }: ChartModule): string {
  return `${path}@${version}`;
}

/** By everything that decides what is in it: pinned modules and the programs that put charts together. */
function chartsFolder(cache: string): string {
  const hash = createHash("sha256");
  for (const folder of [__dirname, modulesFolder]) {
    for (const name of readdirSync(folder).sort())
      if (/\.(ts|mod|sum)$/.test(name))
        hash
          .update(name)
          .update("\0")
          .update(readFileSync(join(folder, name)));
  }
  return join(cache, "charts", hash.digest("hex").slice(0, 12));
}

function chartsIn(folder: string): Charts {
  const list = join(folder, "charts.json");
  return {
    list,
    charts: JSON.parse(readFileSync(list, "utf8")) as AvailableChart[],
    definitions: (name) => join(folder, `${name}.crds.yaml`),
  };
}
