import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/**
 * Ids of the processes of this pod that run `PROGRAM server ...`. The same program as a command line tool, in somebody's terminal, is none of
 * them: the signal would end it.
 *
 * @param folder where the kernel shows processes
 */
export function serverProcesses(program: string, folder = "/proc"): number[] {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const [command = "", subcommand] = commandLine(join(folder, name));
      return basename(command) === program && subcommand === "server";
    })
    .map(Number)
    .sort((a, b) => a - b);
}

function commandLine(folder: string): string[] {
  try {
    return readFileSync(join(folder, "cmdline"), "utf8").split("\0");
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
