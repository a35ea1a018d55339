import type { Millis } from "./facts";

/** A decided attempt. */
export interface Outcome {
  /** When it was completed. */
  readonly at: Millis;
  readonly runId: number;
  readonly attempt: number;
  readonly bad: boolean;
}

/** How many outcomes a window holds; streaks that are longer are counted on, see {@link OutcomeWindow.streak}. */
export const windowSize = 50;

/** As it is written down. */
export interface OutcomeWindowState {
  readonly outcomes: readonly Outcome[];
  readonly badBefore: number;
  readonly goodBefore: boolean;
  readonly full: boolean;
}

/** The last outcomes of one workflow on one class of branches, by the time of their end whatever the order in which they become known. */
export class OutcomeWindow {
  private readonly outcomes: Outcome[];
  /** Failures in a row right before the first outcome that is kept. */
  private badBefore: number;
  /** A success was left out once, so the failures before the first outcome that is kept are all of their row. */
  private goodBefore: boolean;
  /** Something was left out, so older outcomes are no longer told from known ones. */
  private full: boolean;

  public constructor(
    state: OutcomeWindowState = {
      outcomes: [],
      badBefore: 0,
      goodBefore: false,
      full: false,
    },
  ) {
    this.outcomes = [...state.outcomes];
    this.badBefore = state.badBefore;
    this.goodBefore = state.goodBefore;
    this.full = state.full;
  }

  /** Adds an outcome once. One that is older than all that are kept, after some were left out, is too late. Returns whether it was added. */
  public add(outcome: Outcome): boolean {
    const index = this.outcomes.findLastIndex((kept) => order(kept, outcome) <= 0);
    const kept = this.outcomes[index];
    if (kept !== undefined && order(kept, outcome) === 0) return false;
    if (index === -1 && this.full) return false;
    this.outcomes.splice(index + 1, 0, outcome);
    if (this.outcomes.length <= windowSize) return true;
    const oldest = this.outcomes.shift();
    const bad = oldest?.bad === true;
    this.badBefore = bad ? this.badBefore + 1 : 0;
    this.goodBefore ||= !bad;
    this.full = true;
    return true;
  }

  /** Failures since the last success. */
  public streak(): number {
    const lastGood = this.outcomes.findLastIndex(({ bad }) => !bad);
    const since = this.outcomes.length - 1 - lastGood;
    return lastGood === -1 ? since + this.badBefore : since;
  }

  /** Whether the streak has its beginning in what is known. If not, it is at least that long. */
  public isExact(): boolean {
    return this.goodBefore || this.outcomes.some(({ bad }) => !bad);
  }

  /** Oldest first. */
  public since(from: Millis): readonly Outcome[] {
    return this.outcomes.filter(({ at }) => at >= from);
  }

  public state(): OutcomeWindowState {
    return { outcomes: [...this.outcomes], badBefore: this.badBefore, goodBefore: this.goodBefore, full: this.full };
  }
}

/** By time; of the same time, by identity, so that there is one order only. */
export function order(one: Outcome, other: Outcome): number {
  return one.at - other.at || one.runId - other.runId || one.attempt - other.attempt;
}
