import type { Attempt } from "./core/attempts";
import { keyOf } from "./core/attempts";
import type { Fact } from "./core/facts";
import { Ledger } from "./core/ledger";
import type { LedgerOptions } from "./core/ledger-options";
import type { Clock } from "./github/clock";
import type { Store } from "./state/store";

/** Facts that come within this time are written together: a disk takes its time for each write, and everything else waits for it. */
const writeTogetherMs = 5;

/**
 * A ledger with its store. The ledger's clock is moved on by {@link tick}, never by facts, whose times are GitHub's.
 */
export class Exporter {
  public readonly ledger: Ledger;
  /** What was wrong with the files of the last run. */
  public readonly problems: readonly string[];
  /** Whether an earlier run's state was taken up. */
  public readonly resumed: boolean;
  private isSaved = true;
  private unwritten: Fact[] = [];
  private writing: { readonly done: Promise<void>; readonly finish: () => void } | undefined;

  public constructor(
    private readonly store: Store,
    options: LedgerOptions,
    private readonly clock: Clock,
  ) {
    const { state, facts, problems } = store.load();
    this.problems = problems;
    this.resumed = state !== undefined;
    this.ledger = new Ledger(options, clock.now(), state);
    for (const fact of facts) this.ledger.apply(fact);
    this.ledger.advance(clock.now());
    // Also what was just learned when it all began, above all the time from which on runs count.
    this.store.snapshot(this.ledger.state());
  }

  /** Takes facts, and returns those that were news. */
  public take(facts: readonly Fact[]): readonly Fact[] {
    const news = facts.filter((fact) => this.ledger.apply(fact));
    if (news.length === 0) return news;
    this.isSaved = false;
    this.unwritten.push(...news);
    if (this.writing === undefined) {
      this.writing = later();
      setTimeout(() => this.write(), writeTogetherMs);
    }
    return news;
  }

  /** Resolves when everything that was taken is on the disk. */
  public written(): Promise<void> {
    return this.writing?.done ?? Promise.resolve();
  }

  public tick(): void {
    this.ledger.advance(this.clock.now());
  }

  /** Writes everything that has happened since the last time. */
  public save(): void {
    if (this.isSaved) return;
    this.write();
    this.store.snapshot(this.ledger.state());
    this.isSaved = true;
  }

  private write(): void {
    const { writing } = this;
    if (writing === undefined) return;
    this.store.append(this.unwritten);
    this.unwritten = [];
    this.writing = undefined;
    writing.finish();
  }

  /** Attempts that are not settled, of repositories that are watched. */
  public open(watches: (repository: string) => boolean): Attempt[] {
    return [...this.ledger.open()].filter(({ id }) => watches(id.repository));
  }
}

function later(): { readonly done: Promise<void>; readonly finish: () => void } {
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { done, finish };
}

/** Keys of the attempts that facts are about. */
export function attemptsOf(facts: readonly Fact[]): string[] {
  return facts.flatMap((fact) => ("runId" in fact ? keyOf(fact) : []));
}
