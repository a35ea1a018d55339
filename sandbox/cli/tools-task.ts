import type { ListrTask } from "listr2";
import type { Tool } from "../tools/catalog";
import { ensureBuilt } from "../tools/build";
import { collectPrograms, type Programs, toolsToBuild } from "../tools/ensure";
import type { Target } from "../platform/target";
import { ensureGo } from "../tools/go-toolchain";
import { ensureDistributionTools } from "../tools/packages";

/** Two compilers at once fill two cores; more only compete. */
const parallelBuilds = 2;

/** What the steps of a command hand to each other. */
export interface ToolsContext {
  programs?: Programs;
}

/** The step that finds, installs or builds all tools, with one line for each build. */
export function toolsTask<T extends ToolsContext>(target: Target): ListrTask<T> {
  return {
    title: "Tools",
    task: async (context, task) => {
      if (target.embedded) await ensureDistributionTools((message) => (task.output = message));
      const missing = await toolsToBuild(target.tools);
      if (missing.length === 0) {
        context.programs = await collectPrograms(target.tools);
        task.title = `Tools: ${String(target.tools.length)} found, nothing to build`;
        return undefined;
      }
      const go = await ensureGo((message) => (task.output = message));
      task.title = `Tools: building ${missing.map((tool) => tool.name).join(", ")} (once; about 25 minutes for all on two cores)`;
      return task.newListr(
        [
          {
            title: "compile",
            task: (_, compile) =>
              compile.newListr(
                missing.map((tool) => buildTask(tool, go)),
                { concurrent: parallelBuilds, exitOnError: true },
              ),
          },
          {
            title: "collect",
            task: async () => {
              context.programs = await collectPrograms(target.tools);
            },
          },
        ],
        { concurrent: false },
      );
    },
  };
}

function buildTask(tool: Tool, go: string): ListrTask {
  return {
    title: `${tool.name} ${tool.version}: ${tool.why}`,
    task: async (_, task) => {
      const began = Date.now();
      const tick = setInterval(() => (task.output = `building for ${elapsed(began)}`), 15_000);
      try {
        await ensureBuilt(tool, go);
        task.title = `${tool.name} ${tool.version} (${elapsed(began)})`;
      } finally {
        clearInterval(tick);
      }
    },
  };
}

/** "2 min 05 s" since a time. */
export function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return seconds < 60
    ? `${String(seconds)} s`
    : `${String(Math.floor(seconds / 60))} min ${String(seconds % 60).padStart(2, "0")} s`;
}
