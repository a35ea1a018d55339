import { summarizeJobs, type JobsReport } from "../github/jobs";
import type { SeenPod } from "./mix-pods";
import type { PlanResult } from "./mix-run";
import { table } from "./table";

/** A scale set's part of a plan. */
export interface SetReport extends JobsReport {
  readonly peakRunners: number;
  readonly peakBusyRunners: number;
  /** Absent where the cluster has no such set. */
  readonly maxRunners?: number;
  /** How many pods of jobs lay on which node. */
  readonly nodes: Readonly<Record<string, number>>;
}

export interface MixReport {
  /** Whether every job succeeded and was begun once. */
  readonly ok: boolean;
  /** What the controller in use can do at once. */
  readonly controller: string;
  readonly count: number;
  readonly totalSeconds: number;
  readonly sets: readonly SetReport[];
}

export interface MixFacts {
  readonly controller: string;
  readonly planned: number;
  readonly pods: readonly SeenPod[];
  readonly maxRunners: ReadonlyMap<string, number>;
}

/** Sums up a plan, a set at a time. */
export function reportMix({ jobs, peaks }: PlanResult, facts: MixFacts): MixReport {
  const names = [...new Set(jobs.map(({ scaleSet }) => scaleSet))].sort();
  const pods = facts.pods.map((pod) => ({ ...pod, scaleSet: pod.scaleSet ?? setOfRunner(pod.runner, names) }));
  const sets = names.map((name): SetReport => {
    const maxRunners = facts.maxRunners.get(name);
    return {
      ...summarizeJobs(jobs.filter(({ scaleSet }) => scaleSet === name)),
      peakRunners: peaks.get(name)?.runners ?? 0,
      peakBusyRunners: peaks.get(name)?.busy ?? 0,
      ...(maxRunners === undefined ? {} : { maxRunners }),
      nodes: countNodes(pods.filter(({ scaleSet }) => scaleSet === name)),
    };
  });
  return {
    ok: jobs.length === facts.planned && sets.every((set) => set.succeeded === set.count && set.repeated === 0),
    controller: facts.controller,
    count: jobs.length,
    totalSeconds: summarizeJobs(jobs).totalSeconds,
    sets,
  };
}

/** Pods of runners are called after their set; of two sets whose names begin alike the longer one is meant. */
function setOfRunner(runner: string, names: readonly string[]): string | undefined {
  return names.filter((name) => runner.startsWith(`${name}-`)).sort((left, right) => right.length - left.length)[0];
}

function countNodes(pods: readonly SeenPod[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { node, ran } of pods) {
    const place = node === undefined ? "no node" : ran ? node : `${node} (never ran)`;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

/** The report for people. */
export function formatMixReport(report: MixReport): string {
  const rows = report.sets.map((set) => [
    set.scaleSet,
    String(set.count),
    ...(set.waitSeconds
      ? [set.waitSeconds.p50, set.waitSeconds.p95, set.waitSeconds.max].map((value) => value.toFixed(1))
      : ["-", "-", "-"]),
    set.maxRunners === undefined ? String(set.peakRunners) : `${set.peakRunners} of ${set.maxRunners}`,
    Object.entries(set.nodes)
      .map(([node, pods]) => `${node} ${pods}`)
      .join(", ") || "-",
    faults(set).join(", ") || "none",
  ]);
  const reasons = report.sets.flatMap((set) => set.reasons.map((reason) => `why   ${set.scaleSet}: ${reason}`));
  return [
    table(
      ["scale set", "jobs", "wait p50 s", "p95", "max", "peak runners", "pods of jobs by node", "went wrong"],
      rows,
    ),
    `${report.count} jobs in ${report.totalSeconds.toFixed(0)} s: ${report.ok ? "each ran once and succeeded" : "NOT all ran once and succeeded"}`,
    ...reasons,
    report.controller,
  ].join("\n");
}

function faults(set: SetReport): string[] {
  const counts = [
    [set.unfinished, "lost"],
    [set.repeated, "started twice"],
    [set.failed, "failed"],
    [set.canceled, "canceled"],
    [set.requeued, "given to another runner"],
  ] as const;
  return counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}
