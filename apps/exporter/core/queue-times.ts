import type { Millis } from "./facts";

export interface QueueTime {
  /** When the job started. */
  readonly at: Millis;
  readonly seconds: number;
}

export interface QueueTimesState {
  readonly labels: readonly string[];
  readonly recent: readonly (readonly [label: string, times: readonly QueueTime[]])[];
}

/** What jobs waited lately, by runner label, and which labels there are. */
export class QueueTimes {
  private readonly labels: Set<string>;
  private readonly recent: Map<string, QueueTime[]>;

  public constructor(
    private readonly options: { readonly mostRunnerLabels: number; readonly queueWindowMs: number },
    state?: QueueTimesState,
  ) {
    this.labels = new Set(state?.labels);
    this.recent = new Map(state?.recent.map(([label, times]) => [label, [...times]]));
  }

  /** The label itself, or `other` when as many as may be have come before it. */
  public labelled(label: string): string {
    if (this.labels.has(label)) return label;
    if (this.labels.size >= this.options.mostRunnerLabels) return "other";
    this.labels.add(label);
    return label;
  }

  public add(label: string, time: QueueTime): void {
    const times = this.recent.get(label);
    if (times === undefined) this.recent.set(label, [time]);
    else times.push(time);
  }

  public of(label: string): readonly QueueTime[] {
    return this.recent.get(label) ?? [];
  }

  public known(): readonly string[] {
    return [...new Set([...this.labels, ...this.recent.keys()])];
  }

  public prune(now: Millis): void {
    const from = now - this.options.queueWindowMs;
    for (const [label, times] of this.recent) {
      const left = times.filter(({ at }) => at >= from);
      if (left.length === 0) this.recent.delete(label);
      else this.recent.set(label, left);
    }
  }

  public state(): QueueTimesState {
    return { labels: [...this.labels], recent: [...this.recent].map(([label, times]) => [label, [...times]]) };
  }
}
