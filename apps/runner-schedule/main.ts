/**
 * Keeps `minRunners` and `maxRunners` of scale sets at what their time windows say. Deployed by components/arc/runner-schedule.ts; it needs
 * nothing but its configuration, the API server and `get` and `patch` on the sets named there.
 */
import { scheduleFieldManager } from "../../components/arc/schedule/handover";
import { readConfig } from "./config";
import { connect } from "./kubernetes";
import { required } from "../shared/environment";
import { log, messageOf } from "../shared/log";
import { run } from "./loop";
import { Metrics } from "./metrics";
import { serve } from "./server";

async function main(): Promise<void> {
  // As process 1 of a container it gets no default handling of signals. A request that is under way takes effect or does not; both are fine.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log("info", "ending", { signal });
      process.exit(0);
    });
  }
  const { sets } = readConfig(required("SCHEDULE_CONFIG"));
  const scaleSets = connect({
    host: required("KUBERNETES_SERVICE_HOST"),
    port: required("KUBERNETES_SERVICE_PORT"),
    serviceAccount: process.env["SERVICE_ACCOUNT_FOLDER"] ?? "/var/run/secrets/kubernetes.io/serviceaccount",
    fieldManager: scheduleFieldManager,
  });
  const metrics = new Metrics(sets);
  metrics.passed(new Date());
  const server = serve(Number(required("PORT")), metrics);
  server.once("error", fail);
  log("info", "started", { sets: sets.length, node: process.version, timeZones: process.versions["tz"] });
  await run(sets, { scaleSets, log, metrics });
}

function fail(error: unknown): void {
  log("error", "cannot go on", { reason: messageOf(error) });
  process.exit(1);
}

main().catch(fail);
