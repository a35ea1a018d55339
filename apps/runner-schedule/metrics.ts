import type { ScheduledSet } from "../../components/arc/schedule/config";
import type { Reconciled } from "./reconcile";

interface SetMetrics {
  minRunners: number;
  maxRunners: number;
  open: number;
  outdated: number;
  changes: number;
  errors: number;
}

const help: Readonly<Record<keyof SetMetrics, readonly [name: string, type: "gauge" | "counter", text: string]>> = {
  minRunners: ["runner_schedule_min_runners", "gauge", "minRunners that the schedule wants now."],
  maxRunners: ["runner_schedule_max_runners", "gauge", "maxRunners that the schedule wants now."],
  open: ["runner_schedule_window_open", "gauge", "1 while a window decides, 0 while the set's own values hold."],
  outdated: ["runner_schedule_scale_set_outdated", "gauge", "1 while the controller has parked the set as Outdated."],
  changes: ["runner_schedule_changes_total", "counter", "Patches sent; each re-creates the set's listener."],
  errors: ["runner_schedule_errors_total", "counter", "Looks that failed."],
};

/** What Prometheus may ask; a handful of numbers per scale set, in its text format. */
export class Metrics {
  private readonly sets = new Map<ScheduledSet, SetMetrics>();
  private lastPass = 0;

  public constructor(sets: readonly ScheduledSet[]) {
    for (const set of sets) this.sets.set(set, { ...set.base, open: 0, outdated: 0, changes: 0, errors: 0 });
  }

  public reconciled(set: ScheduledSet, { outcome, wanted, outdated }: Reconciled): void {
    const metrics = this.of(set);
    metrics.minRunners = wanted.minRunners;
    metrics.maxRunners = wanted.maxRunners;
    metrics.open = wanted.window === undefined ? 0 : 1;
    metrics.outdated = outdated ? 1 : 0;
    if (outcome === "changed") metrics.changes += 1;
  }

  public failed(set: ScheduledSet): void {
    this.of(set).errors += 1;
  }

  public passed(now: Date): void {
    this.lastPass = now.getTime();
  }

  /** Milliseconds since the last look at all sets, whether it succeeded or not. */
  public sinceLastPass(now: number): number {
    return now - this.lastPass;
  }

  public text(): string {
    const families = (Object.keys(help) as (keyof SetMetrics)[]).flatMap((key) => {
      const [name, type, text] = help[key];
      const samples = [...this.sets].map(
        ([set, values]) => `${name}{scale_set="${set.name}",scale_set_namespace="${set.namespace}"} ${values[key]}`,
      );
      return [`# HELP ${name} ${text}`, `# TYPE ${name} ${type}`, ...samples];
    });
    const last = "runner_schedule_last_pass_timestamp_seconds";
    const lastPass = [
      `# HELP ${last} When all sets were last looked at.`,
      `# TYPE ${last} gauge`,
      `${last} ${this.lastPass / 1000}`,
    ];
    return `${[...families, ...lastPass].join("\n")}\n`;
  }

  private of(set: ScheduledSet): SetMetrics {
    const metrics = this.sets.get(set);
    if (!metrics) throw new Error(`${set.name} is not among the sets of the schedule`);
    return metrics;
  }
}
