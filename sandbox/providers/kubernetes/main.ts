import { appendFileSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { serveProcess } from "../shared/serve-process.js";
import { clientLibrary } from "./configure.js";
import { log } from "./log.js";
import type { Offline } from "./offline.js";
import type { AvailableChart } from "./offline-charts.js";
import { serve } from "./server.js";

/** The provider as a process: prints its port on the first line of stdout and serves until SIGTERM. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      helm: { type: "string", default: "helm" },
      offline: { type: "boolean", default: false },
      "kube-version": { type: "string" },
      charts: { type: "string" },
      "secret-keys": { type: "string" },
    },
  });
  const offline = values.offline ? offlineOf(values) : undefined;
  const server = await serve({ helm: values.helm, ...(offline && { offline }) });
  serveProcess(server, log);
  // wanted as soon as the engine configures the provider; a failure shows there
  if (!offline) clientLibrary().catch(() => undefined);
}

interface OfflineFlags {
  readonly "kube-version"?: string;
  readonly charts?: string;
  readonly "secret-keys"?: string;
}

/** What stands in for the cluster. Files: the list of charts on this machine (`sandbox/charts`), and where keys of Secrets are written. */
function offlineOf({ charts, "kube-version": kubeVersion, "secret-keys": file }: OfflineFlags): Offline {
  if (kubeVersion === undefined) throw new Error("--offline needs --kube-version, such as 1.35");
  return {
    kubeVersion,
    charts: charts === undefined ? [] : (JSON.parse(readFileSync(charts, "utf8")) as AvailableChart[]),
    ...(file !== undefined && {
      onSecret: (urn, keys) => appendFileSync(file, `${JSON.stringify({ urn, keys })}\n`, { mode: 0o600 }),
    }),
  };
}

main().catch((error: unknown) => {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
