import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { insideNetwork } from "../cluster/namespaces";
import type { Paths } from "../cluster/paths";
import { ensureDaemon } from "../cluster/processes";
import { GitHubAdminClient } from "../github/client";
import type { Programs } from "../tools/ensure";
import type { Target } from "./target";

/** The organisation that exists at the stand-in; scale sets register for it. */
export const organization = "acme";

/** What `githubConfigUrl` of the scale sets is. */
export function githubConfigUrl(target: Target): string {
  return `http://${target.githubAddress}/${organization}`;
}

function tokenFile(state: Paths): string {
  return join(state.github, "token");
}

/** The token that the stand-in accepts: made once for each state folder, readable by its owner alone. */
export function githubToken(state: Paths): string {
  mkdirSync(state.github, { recursive: true, mode: 0o700 });
  const file = tokenFile(state);
  if (!existsSync(file)) {
    writeFileSync(file, `sandbox_${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  }
  return readFileSync(file, "utf8").trim();
}

/** A client for the stand-in's own interface: jobs, scale sets, statistics. */
export function githubClient(target: Target): GitHubAdminClient {
  return new GitHubAdminClient(`http://${target.githubAddress}`, githubToken(target.state));
}

/**
 * Starts the stand-in for GitHub, unless it runs: on the bridge of the embedded cluster, or on this machine for a cluster of the user's.
 * @returns whether it had to be started
 */
export async function ensureGitHub(target: Target, programs: Programs): Promise<boolean> {
  const { state } = target;
  const client = githubClient(target);
  const command = [
    process.execPath,
    "--import",
    pathToFileURL(require.resolve("tsx")).href,
    join(__dirname, "..", "github", "main.ts"),
    "--listen",
    target.githubAddress,
    "--state",
    state.github,
    "--organization",
    organization,
    "--token-file",
    tokenFile(state),
    // GitHub keeps a dead listener's session for about a minute, and ARC 0.6.1 asks again only every 30 to 44 s. Here a poll that is held
    // counts as a sign of life each second, so that a session may be given up much sooner.
    "--session-timeout",
    "5",
    // ARC 0.6.1 needs about 4 s to clear a finished runner away on two cores. Told of the job's end before that, it takes the finished
    // runner for a spare one and removes a starting one in its place.
    "--report-delay",
    "5",
  ];
  return ensureDaemon(state, {
    name: "github",
    command: target.embedded ? insideNetwork(state, programs, command) : command,
    ready: () => client.healthy(),
  });
}
