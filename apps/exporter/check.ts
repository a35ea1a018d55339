import type { ExporterConfig } from "./config";
import { connect } from "./connect";
import { Discovery } from "./feeds/discovery";
import { systemClock } from "./github/clock";
import { renewAfterMs } from "./github/credential";
import { usualPollSeconds } from "./program";

/** What there is and what is allowed. */
export interface Findings {
  readonly repositories: readonly string[];
  /** Requests that GitHub allows within an hour; absent where it has no limit. */
  readonly limit?: number;
  readonly remaining?: number;
}

/** Names that are shown one by one. */
const mostShown = 20;

/** Says what would be watched and what that takes. Exit code 1 when something could not be read. */
export async function check(config: ExporterConfig, print: (text: string) => void): Promise<number> {
  const connection = connect(config, systemClock, () => undefined);
  try {
    const discovered = await new Discovery(config.watch, connection.client).discover();
    if (discovered.kind === "failed") {
      for (const problem of discovered.problems) print(problem);
      return 1;
    }
    const { limit, remaining } = connection.budget.view(systemClock.now());
    const repositories = discovered.repositories.map(({ full_name }) => full_name);
    print(report(config, { repositories, ...(limit !== undefined && { limit, remaining }) }).join("\n"));
    return 0;
  } finally {
    connection.close();
  }
}

/** Lines of the report. */
export function report({ poll, webhook, github }: ExporterConfig, found: Findings): string[] {
  const { repositories, limit, remaining } = found;
  const seconds = poll.intervalSeconds ?? usualPollSeconds(webhook !== undefined);
  const perMinute = (repositories.length * 60) / seconds;
  const shown = repositories.slice(0, mostShown);
  const rest = repositories.length - shown.length;
  return [
    `${repositories.length} repositories:`,
    ...shown.map((name) => `  ${name}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    `webhooks: ${webhook === undefined ? "off" : `on, at port ${webhook.port}`}`,
    `lists of runs: each every ${seconds} s, ${Math.ceil(perMinute)} requests a minute of ${poll.requestsPerMinute} allowed here` +
      (perMinute > poll.requestsPerMinute ? "; that is more, so idle repositories will be asked less often" : ""),
    ...limitLines(repositories.length, poll.reserve, github.auth.kind, limit, remaining),
  ];
}

function limitLines(
  repositories: number,
  reserve: number,
  kind: "app" | "token",
  limit: number | undefined,
  remaining: number | undefined,
): string[] {
  if (limit === undefined) return ["limit: GitHub named none"];
  // A new token of an App makes each list come whole once.
  const whole = kind === "app" ? Math.ceil((repositories * 3_600_000) / renewAfterMs) : 0;
  const usable = Math.floor(limit * (1 - reserve));
  const left = Math.max(0, usable - whole);
  return [
    `limit: ${limit} requests an hour, ${remaining ?? 0} left of this one; ${limit - usable} are left to others`,
    ...(whole > 0 ? [`  ${whole} an hour go into lists that come whole after a change of tokens`] : []),
    // Its list changes when it starts and when it ends, and its jobs are read once.
    `  ${left} an hour are for what changes, three for each run: enough for ${Math.floor(left / 3)} runs an hour`,
  ];
}
