import { execFile, type ExecFileOptions } from "node:child_process";

/** What a finished command said. */
export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that could not be started or ended with a non-zero code; `lastLines` is the end of what it printed on stderr. */
export class CommandFailed extends Error {
  constructor(
    readonly command: string,
    readonly code: number | string | null | undefined,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(`${command} failed (${String(code ?? "killed")})${stderr.trim() ? `:\n${lastLines(stderr, 15)}` : ""}`);
    this.name = "CommandFailed";
  }
}

/** The last `count` non-empty lines of a text. */
export function lastLines(text: string, count: number): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
}

/** Runs a command to its end. Arguments are passed as they are: no shell is involved. Throws {@link CommandFailed}. */
export function run(
  command: string,
  args: readonly string[],
  options: ExecFileOptions & { readonly input?: string } = {},
): Promise<Finished> {
  const { input, ...execOptions } = options;
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { maxBuffer: 64 * 1024 * 1024, ...execOptions, encoding: "utf8" },
      (error, stdout, stderr) => {
        if (error) reject(new CommandFailed([command, ...args].join(" "), error.code, stdout, stderr || error.message));
        else resolve({ stdout, stderr });
      },
    );
    // A command may end without reading its input; how it ended says enough.
    child.stdin?.on("error", () => undefined);
    if (input !== undefined) child.stdin?.end(input);
  });
}
