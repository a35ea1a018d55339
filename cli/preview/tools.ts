import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";

import { ensureCharts, findCharts } from "../../sandbox/charts/ensure";
import type { AvailableChart } from "../../sandbox/providers/kubernetes/offline-charts";
import { ensureBuilt } from "../../sandbox/tools/build";
import { builtTools } from "../../sandbox/tools/catalog";
import { collectPrograms, program, toolsToBuild } from "../../sandbox/tools/ensure";
import { ensureGo } from "../../sandbox/tools/go-toolchain";
import { UserError } from "../user-error";

/** What a preview needs on this machine. */
export interface PreviewTools {
  readonly pulumi: string;
  readonly helm: string;
  readonly charts: readonly AvailableChart[];
}

type Say = (message: string) => void;

/**
 * Finds the engine and helm on PATH or builds them, and fetches the pinned charts: all of it once, into the cache of the user.
 *
 * @param chartsFolder archives of more charts
 */
export async function previewTools(say: Say, chartsFolder?: string): Promise<PreviewTools> {
  const own = chartsFolder === undefined ? [] : archivesIn(chartsFolder);
  const tools = [builtTools.pulumi, builtTools.helm];
  for (const tool of await toolsToBuild(tools)) {
    say(`building ${tool.name} ${tool.version} (once; up to 10 minutes on two cores) ...`);
    const tick = setInterval(() => say(`still building ${tool.name} ...`), 60_000);
    try {
      await ensureBuilt(tool, await ensureGo(say));
    } finally {
      clearInterval(tick);
    }
  }
  const programs = await collectPrograms(tools);
  const charts = [...own, ...(await pinnedCharts(say))];
  return { pulumi: program(programs, "pulumi"), helm: program(programs, "helm"), charts };
}

/** A machine without any network still previews, with these charts missing. */
async function pinnedCharts(say: Say): Promise<readonly AvailableChart[]> {
  const found = findCharts();
  if (found) return found.charts;
  say("fetching the pinned charts (once) ...");
  try {
    return (await ensureCharts(() => ensureGo(say))).charts;
  } catch (error) {
    say(`warning: the pinned charts cannot be fetched: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** Charts as `helm pull` saves them. */
function archivesIn(folder: string): AvailableChart[] {
  if (!existsSync(folder)) throw new UserError(`${folder}: there is no such folder`);
  return readdirSync(folder).flatMap((file) => {
    const [, chart, version] = /^(.+?)-(v?\d+\.\d+\.\d+.*)\.tgz$/.exec(file) ?? [];
    return chart === undefined || version === undefined ? [] : [{ chart, version, folder: resolve(folder, file) }];
  });
}
