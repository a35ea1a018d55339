/**
 * Keeps the audit log of a server of Vault or OpenBao from filling its volume: when it has become large it is moved away, and the server is told by
 * SIGHUP to open a new one. Only the newest of the files that were moved away stay.
 *
 * Deployed by components/vault/server-side-cars.ts into the server's pod, with a common process namespace and the same user.
 */
import { required } from "../shared/environment";
import { log, messageOf } from "../shared/log";
import { prune, rotateOnce, type Rotation } from "./rotate";

function positive(name: string): number {
  const value = Number(required(name));
  if (!(value > 0)) throw new Error(`${name} is no number above 0`);
  return value;
}

function settings(): Rotation & { readonly intervalSeconds: number } {
  return {
    folder: required("AUDIT_FOLDER"),
    file: required("AUDIT_FILE"),
    maxBytes: positive("MAX_BYTES"),
    files: positive("FILES"),
    program: required("PROGRAM"),
    intervalSeconds: positive("INTERVAL_SECONDS"),
  };
}

async function main(): Promise<void> {
  // As process 1 of a container it gets no default handling of signals.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
  const { intervalSeconds, ...rotation } = settings();
  log("info", "started", { ...rotation, intervalSeconds });
  for (;;) {
    await lookOnce(rotation);
    await new Promise((resolve) => setTimeout(resolve, intervalSeconds * 1000));
  }
}

async function lookOnce(rotation: Rotation): Promise<void> {
  try {
    const outcome = await rotateOnce(rotation);
    if (outcome.kind === "rotated")
      log("info", "the audit log was moved away, and the server told to open another", { ...outcome });
    if (outcome.kind === "told again")
      log("warn", "the server writes to a file that was moved away, and was told again", { ...outcome });
    const deleted = prune(rotation);
    if (deleted.length > 0) log("info", "old files were deleted", { deleted });
  } catch (error) {
    // A file may vanish, or the server end, between two steps; the next time is soon enough.
    log("warn", "cannot look after the audit log", { reason: messageOf(error) });
  }
}

main().catch((error: unknown) => {
  log("error", "cannot go on", { reason: messageOf(error) });
  process.exit(1);
});
