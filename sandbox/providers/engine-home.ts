import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Environment of an engine that downloads nothing and asks nobody. */
export const engineSwitches = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
} as const;

/**
 * Makes a `PULUMI_HOME` in which the engine keeps no logs of its own. It records every property of every request there, packed
 * and encrypted, whatever the log level, and has no switch for it: with a chart's large CRDs that is 46 MB and ten seconds for each
 * run. A file where the folder of these logs should be makes the engine go without; its events and errors are the same.
 *
 * @returns the folder
 */
export function engineHome(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logs = join(folder, "logs");
  if (lstatSync(logs, { throwIfNoEntry: false })?.isFile() === true) return folder;
  rmSync(logs, { recursive: true, force: true });
  writeFileSync(
    logs,
    "This file keeps the engine from logging every property: see sandbox/providers/engine-home.ts.\n",
  );
  return folder;
}
