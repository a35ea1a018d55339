import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addresses, githubUrl } from "../cluster/addresses";
import { insideNetwork } from "../cluster/namespaces";
import type { Paths } from "../cluster/paths";
import { ensureDaemon, type Daemon } from "../cluster/processes";
import { GitHubAdminClient } from "../github/client";
import type { Programs } from "../tools/ensure";

/** The organisation that exists at the stand-in; scale sets register for it. */
export const organization = "acme";

/** What `githubConfigUrl` of the scale sets is. */
export const githubConfigUrl = `${githubUrl}/${organization}`;

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
export function githubClient(state: Paths): GitHubAdminClient {
  return new GitHubAdminClient(githubUrl, githubToken(state));
}

function daemon(state: Paths, command: (args: readonly string[]) => string[]): Daemon {
  const client = githubClient(state);
  return {
    name: "github",
    command: command([
      process.execPath,
      "--import",
      pathToFileURL(require.resolve("tsx")).href,
      join(__dirname, "..", "github", "main.ts"),
      "--listen",
      `${addresses.gateway}:${String(addresses.githubPort)}`,
      "--state",
      state.github,
      "--organization",
      organization,
      "--token-file",
      tokenFile(state),
    ]),
    ready: () => client.healthy(),
  };
}

/** Starts the stand-in for GitHub on the cluster's bridge, unless it runs. */
export async function ensureGitHub(state: Paths, programs: Programs): Promise<boolean> {
  return ensureDaemon(state, daemon(state, (args) => insideNetwork(state, programs, args)));
}
