import { serveRest } from "../rest/server.js";
import { logger } from "../shared/log.js";
import { serveProcess } from "../shared/serve-process.js";
import { VaultClient } from "./client.js";
import { vaultKinds } from "./kinds.js";

const log = logger("vault");

/** The provider as a process: prints its port on the first line of stdout and serves until SIGTERM. */
serveRest(
  {
    name: "vault",
    npmPackage: "@pulumi/vault",
    kinds: vaultKinds,
    connect: (settings) => new VaultClient(settings),
  },
  log,
)
  .then((server) => serveProcess(server, log))
  .catch((error: unknown) => {
    log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
