/**
 * Watches GitHub Actions and shows Prometheus what it sees. Its first argument is the path of its configuration; with `--check` as the second
 * it says what it would watch, and ends. See docs/exporter.md.
 */
import { readFileSync } from "node:fs";

import { log, messageOf } from "../shared/log";
import { check } from "./check";
import { parseConfig } from "./config";
import { start } from "./program";

async function main(): Promise<void> {
  const file = process.argv[2];
  if (file === undefined) throw new Error("no configuration; fix: give the path of its file as the first argument");
  const config = parseConfig(file, readFileSync(file, "utf8"));
  if (process.argv.includes("--check")) {
    process.exitCode = await check(config, (text) => process.stdout.write(`${text}\n`));
    return;
  }
  const running = await start(config);
  // As process 1 of a container it gets no default handling of signals.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log("info", "ending", { signal });
      running.stop().then(() => process.exit(0), fail);
    });
  }
}

function fail(error: unknown): void {
  log("error", "cannot go on", { reason: messageOf(error) });
  process.exit(1);
}

// A disk that is full, for one: whatever could not be written must not be taken for written.
process.once("uncaughtException", fail);
main().catch(fail);
