import { jobImage } from "../images/catalog";
import type { GitHubAdminClient, QueueRequest } from "../github/client";
import { formatJobsProgress, formatJobsReport, runJobs } from "../github/jobs";
import { githubClient } from "../platform/github";
import type { Target } from "../platform/target";
import { type JobsFlags, whichJobs } from "./jobs-flags";
import { runMix } from "./mix";
import { UserError } from "../../cli/user-error";

/** Queues jobs for one scale set or for several, shows how they move, and sums up how long they waited. */
export async function jobs(target: Target, scaleSet: string | undefined, flags: JobsFlags): Promise<void> {
  const wanted = whichJobs(scaleSet, flags);
  const client = githubClient(target);
  if (!(await client.healthy()))
    throw new UserError("the stand-in for GitHub does not answer: start the sandbox with `npm run local`");
  const known = (await client.scaleSets()).map((set) => set.name);
  if (wanted.kind === "one") {
    requireKnown([wanted.scaleSet], known);
    await runOne(client, wanted, flags);
    return;
  }
  if (wanted.kind === "burst") requireKnown([...wanted.counts.keys()], known);
  if (known.length === 0) throw new UserError("no scale set is registered: deploy the platform with `npm run local`");
  await runMix(target, client, wanted, known, { ...flags, container: containerOf(flags) });
}

async function runOne(
  client: GitHubAdminClient,
  { scaleSet, count, seconds }: { scaleSet: string; count: number; seconds: number },
  flags: JobsFlags,
): Promise<void> {
  const report = await runJobs(
    client,
    { scaleSet, count, seconds, container: containerOf(flags), timeoutSeconds: flags.timeout },
    (progress) => {
      if (flags.json !== true) console.log(formatJobsProgress(progress));
    },
  );
  console.log(flags.json === true ? JSON.stringify(report, undefined, 2) : `\n${formatJobsReport(report)}`);
  if (report.succeeded !== report.count) process.exitCode = 1;
}

/** Runners without container hooks pass over the container, so that all jobs may have one. */
function containerOf({ container = true }: JobsFlags): QueueRequest["container"] {
  return container === false ? undefined : { image: container === true ? jobImage : container };
}

function requireKnown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const registered = known.length > 0 ? `registered: ${[...known].sort().join(", ")}` : "none is registered";
  throw new UserError(
    `there is no scale set ${unknown.map((name) => `"${name}"`).join(", ")} (${registered}): name one that is registered, as runs-on would`,
  );
}
