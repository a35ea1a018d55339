import type { Millis } from "./facts";
import { order, type Outcome, OutcomeWindow, type OutcomeWindowState, windowSize } from "./outcome-window";

export interface WorkflowName {
  readonly repository: string;
  readonly workflow: string;
}

export type WorkflowsState = readonly {
  readonly name: WorkflowName;
  readonly lastRun: Millis;
  readonly classes: readonly (readonly [branchClass: string, window: OutcomeWindowState])[];
}[];

interface Workflow {
  readonly name: WorkflowName;
  /** When its last run that is known of was completed, however it ended. */
  lastRun: Millis;
  readonly classes: Map<string, OutcomeWindow>;
}

/** How workflows have been doing, by class of branches. */
export class Workflows {
  private readonly workflows = new Map<string, Workflow>();

  public constructor(
    private readonly rateWindowMs: number,
    state: WorkflowsState = [],
  ) {
    for (const { name, lastRun, classes } of state) {
      const windows = classes.map(([branchClass, window]) => [branchClass, new OutcomeWindow(window)] as const);
      this.workflows.set(keyOf(name), { name, lastRun, classes: new Map(windows) });
    }
  }

  /** A run was completed at that time. */
  public ran(name: WorkflowName, at: Millis): void {
    const known = this.of(name);
    known.lastRun = Math.max(known.lastRun, at);
  }

  /** Returns whether the outcome is a new one. */
  public add(name: WorkflowName, branchClass: string, outcome: Outcome): boolean {
    const known = this.of(name);
    const window = known.classes.get(branchClass) ?? new OutcomeWindow();
    known.classes.set(branchClass, window);
    return window.add(outcome);
  }

  public has(repository: string): boolean {
    return this.names().some((name) => name.repository === repository);
  }

  public names(): WorkflowName[] {
    return [...this.workflows.values()].map(({ name }) => name);
  }

  /** Failures in a row, by class of branches. */
  public streaks(): (WorkflowName & { branchClass: string; streak: number; exact: boolean })[] {
    return [...this.workflows.values()].flatMap(({ name, classes }) =>
      [...classes].map(([branchClass, window]) => ({
        ...name,
        branchClass,
        streak: window.streak(),
        exact: window.isExact(),
      })),
    );
  }

  /** The share of failures among the last decided runs, at most {@link windowSize} and of the time window; none without any. */
  public rates(now: Millis): (WorkflowName & { rate: number; samples: number })[] {
    return [...this.workflows.values()].flatMap(({ name, classes }) => {
      const last = [...classes.values()]
        .flatMap((window) => window.since(now - this.rateWindowMs))
        .sort(order)
        .slice(-windowSize);
      if (last.length === 0) return [];
      return [{ ...name, rate: last.filter(({ bad }) => bad).length / last.length, samples: last.length }];
    });
  }

  /** Takes away the workflows whose last run is older than that, and says which. */
  public expire(before: Millis): WorkflowName[] {
    const expired = [...this.workflows.values()].filter(({ lastRun }) => lastRun < before);
    for (const { name } of expired) this.workflows.delete(keyOf(name));
    return expired.map(({ name }) => name);
  }

  public forget(repository: string): void {
    for (const [key, { name }] of this.workflows) if (name.repository === repository) this.workflows.delete(key);
  }

  public state(): WorkflowsState {
    return [...this.workflows.values()].map(({ name, lastRun, classes }) => ({
      name,
      lastRun,
      classes: [...classes].map(([branchClass, window]) => [branchClass, window.state()]),
    }));
  }

  private of(name: WorkflowName): Workflow {
    const known = this.workflows.get(keyOf(name)) ?? { name, lastRun: 0, classes: new Map<string, OutcomeWindow>() };
    this.workflows.set(keyOf(name), known);
    return known;
  }
}

function keyOf({ repository, workflow }: WorkflowName): string {
  return `${repository} ${workflow}`;
}
