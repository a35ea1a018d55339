import { formatJobsProgress, formatJobsReport, runJobs } from "../github/jobs";
import { githubClient } from "../platform/github";
import type { Target } from "../platform/target";
import { UserError } from "./user-error";

export interface JobsFlags {
  readonly count: number;
  readonly seconds: number;
  readonly json?: boolean;
  readonly timeout?: number;
}

/** Queues jobs for a scale set, shows how they move, and sums up how long they waited. */
export async function jobs(target: Target, scaleSet: string, flags: JobsFlags): Promise<void> {
  const client = githubClient(target);
  if (!(await client.healthy()))
    throw new UserError("the stand-in for GitHub does not answer: start the sandbox with `npm run local`");
  const known = (await client.scaleSets()).map((set) => set.name);
  if (!known.includes(scaleSet)) {
    const registered = known.length > 0 ? `registered: ${known.join(", ")}` : "none is registered";
    throw new UserError(
      `there is no scale set "${scaleSet}" (${registered}): name one that is registered, as runs-on would`,
    );
  }
  const report = await runJobs(
    client,
    { scaleSet, count: flags.count, seconds: flags.seconds, timeoutSeconds: flags.timeout },
    (progress) => {
      if (flags.json !== true) console.log(formatJobsProgress(progress));
    },
  );
  console.log(flags.json === true ? JSON.stringify(report, undefined, 2) : `\n${formatJobsReport(report)}`);
  if (report.succeeded !== report.count) process.exitCode = 1;
}
