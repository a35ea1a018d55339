import { CustomObjectsApi, type KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import type { GitHubAdminClient, QueueRequest } from "../github/client";
import { formatJobsProgress } from "../github/jobs";
import { planBurst, planMix, type PlannedJob } from "../github/mix";
import type { Target } from "../platform/target";
import { builtTools } from "../tools/catalog";
import type { WantedJobs } from "./jobs-flags";
import { watchJobPods } from "./mix-pods";
import { formatMixReport, reportMix } from "./mix-report";
import { runPlan } from "./mix-run";
import { currentKubeconfig } from "./up";

export interface MixFlags {
  readonly json?: boolean;
  readonly timeout?: number;
  readonly container?: QueueRequest["container"];
}

/** Patience beyond the last arrival: a job may wait for a free device, or for a node. */
const patienceSeconds = 600;

/** Of the ARC release that the sandbox runs. Source: facts on 0.6.1 in its main.go; none of it can be set there. */
const controller =
  `controller: ARC ${builtTools.arc.version}, one worker for each kind of object and at most 20 requests a second ` +
  "(30 at once) to the API server; minRunners is a floor, no idle runner is kept above the busy ones";

/** Runs jobs of several scale sets, watches where their pods lie, and reports; the exit code tells whether all went well. */
export async function runMix(
  target: Target,
  client: GitHubAdminClient,
  wanted: Exclude<WantedJobs, { kind: "one" }>,
  known: readonly string[],
  flags: MixFlags,
): Promise<void> {
  const say = (line: string): void => {
    if (flags.json !== true) console.log(line);
  };
  const plan =
    wanted.kind === "mix" ? planMix({ ...wanted, scaleSets: known }) : planBurst(wanted.counts, wanted.seconds);
  say(describe(wanted, plan));
  const cluster = currentKubeconfig(target);
  const watch = await watchJobPods(cluster);
  try {
    const result = await runPlan(
      client,
      plan,
      { container: flags.container, timeoutSeconds: flags.timeout ?? lastArrival(plan) + patienceSeconds },
      (progress) => say(formatJobsProgress(progress)),
    );
    const report = reportMix(result, {
      controller,
      planned: plan.length,
      pods: watch.seen(),
      maxRunners: await readMaxRunners(cluster),
    });
    console.log(flags.json === true ? JSON.stringify(report, undefined, 2) : `\n${formatMixReport(report)}`);
    if (!report.ok) process.exitCode = 1;
  } finally {
    await watch.stop();
  }
}

function describe(wanted: Exclude<WantedJobs, { kind: "one" }>, plan: readonly PlannedJob[]): string {
  if (wanted.kind === "burst") return `${plan.length} jobs of ${wanted.seconds} s at once`;
  return `${plan.length} jobs in ${wanted.minutes.toFixed(1)} minutes (seed ${wanted.seed})`;
}

function lastArrival(plan: readonly PlannedJob[]): number {
  return plan.reduce((last, { atSeconds }) => Math.max(last, atSeconds), 0);
}

const scaleSetList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ maxRunners: z.number().optional(), runnerScaleSetName: z.string().optional() }),
    }),
  ),
});

/** The limits of the sets by their names at GitHub. */
async function readMaxRunners(cluster: KubeConfig): Promise<Map<string, number>> {
  const list: unknown = await cluster.makeApiClient(CustomObjectsApi).listClusterCustomObject({
    group: "actions.github.com",
    version: "v1alpha1",
    plural: "autoscalingrunnersets",
  });
  return new Map(
    scaleSetList
      .parse(list)
      .items.flatMap(({ metadata, spec }) =>
        spec.maxRunners === undefined ? [] : [[spec.runnerScaleSetName ?? metadata.name, spec.maxRunners] as const],
      ),
  );
}
