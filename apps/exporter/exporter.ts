import type { Attempt } from "./core/attempts";
import { keyOf } from "./core/attempts";
import type { Fact, Millis } from "./core/facts";
import { Ledger } from "./core/ledger";
import type { LedgerOptions } from "./core/ledger-options";
import type { Clock } from "./github/clock";
import type { Store } from "./state/store";

/**
 * A ledger with its store: what was taken is on the disk. The ledger's clock is moved on by {@link tick}, never by facts, whose times
 * are GitHub's.
 */
export class Exporter {
  public readonly ledger: Ledger;
  /** What was wrong with the files of the last run. */
  public readonly problems: readonly string[];
  /** Whether an earlier run's state was taken up. */
  public readonly resumed: boolean;
  private unsaved = 0;

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

  /** Takes facts; on the disk when it returns. Returns those that were news. */
  public take(facts: readonly Fact[]): readonly Fact[] {
    const news = facts.filter((fact) => this.ledger.apply(fact));
    this.store.append(news);
    this.unsaved += news.length;
    return news;
  }

  public tick(): void {
    this.ledger.advance(this.clock.now());
  }

  /** Writes everything that has happened since the last time. */
  public save(): void {
    if (this.unsaved === 0) return;
    this.store.snapshot(this.ledger.state());
    this.unsaved = 0;
  }

  /** Attempts that are not settled, of repositories that are watched. */
  public open(watches: (repository: string) => boolean): Attempt[] {
    return [...this.ledger.open()].filter(({ id }) => watches(id.repository));
  }
}

/** Keys of the attempts that facts are about. */
export function attemptsOf(facts: readonly Fact[]): string[] {
  return facts.flatMap((fact) => ("runId" in fact ? keyOf(fact) : []));
}

/** For messages: how long ago, or never. */
export function ago(time: Millis | undefined, now: Millis): string {
  return time === undefined ? "never" : `${Math.round((now - time) / 1000)} s ago`;
}
