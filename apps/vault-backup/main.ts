/**
 * Backs up a Raft cluster of Vault or OpenBao into S3-compatible stores: `run`, and `list`, `verify` and `restore --drill` for what is there.
 * Deployed by the component VaultBackup; docs/vault-backup.md has exit codes and what happens when something fails.
 */
import { commandLine } from "./commands/command-line";
import { BackupError, exitCodes } from "./errors";
import { log, messageOf } from "./log";

function fail(error: unknown): void {
  const known = error instanceof BackupError ? error : undefined;
  log("error", "end", { class: known?.exitClass ?? "unexpected", reason: messageOf(error) });
  process.exit(known?.exitCode ?? exitCodes.unexpected);
}

process.on("uncaughtException", fail);

// As process 1 of a container it gets no default handling of signals.
const terminate = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    log("warn", "signal", { signal, what: "uploads are given up and the spool is emptied" });
    terminate.abort(new BackupError("terminated", { path: "run", what: `ended by ${signal}` }));
  });
}

commandLine(process.argv.slice(2), terminate.signal).then((code) => process.exit(code), fail);
