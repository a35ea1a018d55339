import type { RunningServer } from "./frame.js";

/** Makes a server the work of this process: prints its port on the first line of stdout and serves until SIGTERM. */
export function serveProcess(server: RunningServer, log: (message: string) => void): void {
  process.stdout.write(`${server.port}\n`);
  const stop = (signal: string) => {
    log(`stopping on ${signal}`);
    void server.stop().then(() => process.exit(0));
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
  // The end of stdin is the end of the process that started this one: without it nobody would ever stop the provider.
  process.stdin.once("end", () => stop("end of stdin")).resume();
}
