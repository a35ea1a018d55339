import { parseArgs } from "node:util";
import { clientLibrary } from "./configure.js";
import { log } from "./log.js";
import { serve } from "./server.js";

/** The provider as a process: prints its port on the first line of stdout and serves until SIGTERM. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { helm: { type: "string", default: "helm" } } });
  const server = await serve({ helm: values.helm });
  process.stdout.write(`${server.port}\n`);
  // wanted as soon as the engine configures the provider; a failure shows there
  clientLibrary().catch(() => undefined);
  const stop = (signal: string) => {
    log(`stopping on ${signal}`);
    void server.stop().then(() => process.exit(0));
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
  // The end of stdin is the end of the process that started this one: without it nobody would ever stop the provider.
  process.stdin.once("end", () => stop("end of stdin")).resume();
}

main().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
