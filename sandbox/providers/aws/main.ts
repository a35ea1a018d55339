import { logger } from "../shared/log.js";
import { serveProcess } from "../shared/serve-process.js";
import { serve } from "./server.js";

const log = logger("aws");

/** The provider as a process: prints its port on the first line of stdout and serves until SIGTERM. */
serve(log)
  .then((server) => serveProcess(server, log))
  .catch((error: unknown) => {
    log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
