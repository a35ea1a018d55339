import { parseArgs } from "node:util";

import { serveRest } from "../rest/server.js";
import { logger } from "../shared/log.js";
import { serveProcess } from "../shared/serve-process.js";
import { GithubClient } from "./client.js";
import { githubFunctions } from "./functions.js";
import { githubKinds } from "./kinds.js";

const log = logger("github");
const { values } = parseArgs({ options: { offline: { type: "boolean", default: false } } });

/** The provider as a process: prints its port on the first line of stdout and serves until SIGTERM. */
serveRest(
  {
    name: "github",
    npmPackage: "@pulumi/github",
    kinds: githubKinds,
    functions: githubFunctions,
    offline: values.offline,
    connect: (settings) => new GithubClient(settings),
  },
  log,
)
  .then((server) => serveProcess(server, log))
  .catch((error: unknown) => {
    log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
