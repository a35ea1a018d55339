import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface ProviderProcess {
  /** Name of the package, for messages. */
  readonly name: string;
  /** The program, which prints its port on the first line and ends with its stdin. */
  readonly main: string;
  readonly args?: readonly string[];
  /** Where the provider's own log goes; nowhere if not given. */
  readonly logFile?: string;
}

export interface RunningProvider {
  /** For `PULUMI_DEBUG_PROVIDERS=<name>:<port>`. */
  readonly port: number;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

/** Starts a provider as a child process and waits for its port. Stop it when the engine's run has ended. */
export async function startProvider({ name, main, args = [], logFile }: ProviderProcess): Promise<RunningProvider> {
  const log = logFile === undefined ? "ignore" : openSync(logFile, "a", 0o600);
  // without tsx's hooks for ES modules, through which the client library would take a second longer to load
  const loader = require.resolve("tsx/cjs");
  const child = spawn(process.execPath, ["--require", loader, main, ...args], {
    // A pipe to its stdin, through which the provider notices when this process is killed.
    stdio: ["pipe", "pipe", log],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the ${name} provider did not start within ${START_TIMEOUT_MS / 1000} s`));
    }, START_TIMEOUT_MS);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`the ${name} provider ended at once with code ${String(code)}`)));
    createInterface({ input: child.stdout as Readable }).once("line", (line) => {
      clearTimeout(timer);
      resolve(Number(line));
    });
  });
  return {
    port,
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}
