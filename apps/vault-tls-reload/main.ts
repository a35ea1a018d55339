/**
 * Makes a server load its renewed certificate: Vault does so on SIGHUP alone. Once a minute the certificate that the server shows is compared
 * with the one that is mounted, and where they differ the server gets the signal.
 *
 * What is compared is what counts, so it does not matter when this program or the server started, or whether a signal came to nothing. Deployed
 * by components/vault/server-side-cars.ts into the server's pod, with a common process namespace and the same user.
 */
import { required } from "../shared/environment";
import { log, messageOf } from "../shared/log";
import { type Check, check } from "./check";

function settings(): Check & { readonly intervalSeconds: number } {
  const intervalSeconds = Number(required("INTERVAL_SECONDS"));
  if (!(intervalSeconds > 0)) throw new Error("INTERVAL_SECONDS is not a number of seconds");
  return {
    folder: required("CERTIFICATE_FOLDER"),
    program: required("PROGRAM"),
    port: Number(process.env["SERVER_PORT"] ?? "8200"),
    intervalSeconds,
  };
}

async function main(): Promise<void> {
  // As process 1 of a container it gets no default handling of signals.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => process.exit(0));
  const { intervalSeconds, ...what } = settings();
  log("info", "started", { ...what, intervalSeconds });
  for (;;) {
    await checkOnce(what);
    await new Promise((resolve) => setTimeout(resolve, intervalSeconds * 1000));
  }
}

async function checkOnce(what: Check): Promise<void> {
  try {
    const outcome = await check(what);
    if (outcome.kind === "signalled") log("info", "the server was told to load its certificate", { ...outcome });
    if (outcome.kind === "no process") log("warn", "the certificate has changed, but there is no server to tell", {});
  } catch (error) {
    // A server that starts or ends answers nobody; the next minute is soon enough.
    log("warn", "cannot compare certificates", { reason: messageOf(error) });
  }
}

main().catch((error: unknown) => {
  log("error", "cannot go on", { reason: messageOf(error) });
  process.exit(1);
});
