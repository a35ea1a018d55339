import { setTimeout as sleep } from "node:timers/promises";
import { parseGitHubUrl } from "../../components/arc/github-url";
import type { AdminScaleSet, GitHubAdminClient } from "../github/client";

/** A scale set whose listener holds its session. */
export type ConnectedScaleSet = AdminScaleSet;

/**
 * Asks GitHub for a registration token with the platform's own token, as the controller will. So a wrong token is told in a second, before
 * anything is changed; the controller itself would only repeat the call and log it.
 * @returns what is wrong with the token, or undefined
 */
export async function tokenProblem(configUrl: string, token: string): Promise<string | undefined> {
  const response = await fetch(registrationTokenUrl(configUrl), {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, Accept: "application/vnd.github+json" },
    signal: AbortSignal.timeout(15_000),
  });
  await response.body?.cancel();
  if (response.ok) return undefined;
  const answer = `${String(response.status)} ${response.statusText}`;
  if (response.status >= 500) return `GitHub at ${configUrl} cannot answer now (${answer}): try again later`;
  const allowed = "a token that may register runners there (for an organisation: self-hosted runners, read and write)";
  return (
    `GitHub at ${configUrl} refused the token in githubToken (${answer}): ${allowed} is needed; ` +
    "put a valid one in, or take runner-platform:githubToken out of Pulumi.local.yaml to use the sandbox's own"
  );
}

/** Where the controller would ask: GitHub's own hosts have their API beside them, all others below /api/v3. */
function registrationTokenUrl(configUrl: string): string {
  const url = new URL(configUrl);
  const { kind, enterpriseServer } = parseGitHubUrl(configUrl) ?? { kind: "organization", enterpriseServer: true };
  const api = enterpriseServer ? `${url.origin}/api/v3` : `${url.protocol}//api.${url.host.replace(/^www\./, "")}`;
  const collection = { organization: "/orgs", repository: "/repos", enterprise: "" }[kind];
  return `${api}${collection}${url.pathname.replace(/\/$/, "")}/actions/runners/registration-token`;
}

/**
 * Whether a listener polls at this moment: its last sign of life moved since it was first looked at. A session alone proves nothing, since
 * one whose listener was killed stays for a while.
 */
function polls(set: AdminScaleSet | undefined, first: Map<string, number>): boolean {
  if (set?.listener?.connected !== true) return false;
  const seen = first.get(set.name) ?? set.listener.lastSeen;
  first.set(set.name, seen);
  return set.listener.lastSeen > seen;
}

/**
 * Waits until every scale set is registered and its listener connected, and gives them in the order of their names.
 * @throws with the sets that are not, and what is known about why
 */
export async function waitForScaleSets(
  client: GitHubAdminClient,
  names: readonly string[],
  seconds: number,
  why: () => Promise<string>,
): Promise<readonly ConnectedScaleSet[]> {
  const deadline = Date.now() + seconds * 1000;
  const first = new Map<string, number>();
  for (;;) {
    const sets = await client.scaleSets();
    const wanted = sets.filter((set) => names.includes(set.name));
    const missing = names.filter(
      (name) =>
        !polls(
          wanted.find((set) => set.name === name),
          first,
        ),
    );
    if (missing.length === 0) return names.flatMap((name) => wanted.filter((set) => set.name === name));
    if (Date.now() > deadline) {
      const states = missing.map((name) => {
        const set = wanted.find((candidate) => candidate.name === name);
        return `${name}: ${set === undefined ? `not registered at GitHub` : "registered, but its listener is not connected"}`;
      });
      throw new Error(`after ${String(seconds)} s not all scale sets work:\n  ${states.join("\n  ")}\n${await why()}`);
    }
    await sleep(500);
  }
}
