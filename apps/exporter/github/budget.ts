import type { Millis } from "../core/facts";

/** What GitHub allows, as far as it has said. */
export interface BudgetOptions {
  /** Share of the hourly limit that is left to others with the same credential. */
  readonly reserve: number;
  /** Requests within a minute. GitHub allows 900 points, one for each read. */
  readonly pointsPerMinute: number;
  /** Of the pause when GitHub says "no" without saying for how long; it doubles each time. GitHub asks for a minute at least. */
  readonly leastPenaltyMs: number;
  readonly mostPenaltyMs: number;
}

export const usualBudgetOptions: BudgetOptions = {
  reserve: 0.2,
  pointsPerMinute: 600,
  leastPenaltyMs: 60_000,
  mostPenaltyMs: 3_600_000,
};

/** Headers of an answer that tell of limits. */
export interface LimitHeaders {
  readonly limit?: number;
  readonly remaining?: number;
  /** Seconds since 1970. */
  readonly reset?: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

export interface AnswerSeen extends LimitHeaders {
  readonly status: number;
  /** An answer with 403 that is about a limit, not about a right. */
  readonly limited: boolean;
}

const minute = 60_000;

/**
 * Knows when the next request may be sent: never while nothing is left of the hour's limit but the reserve, never while GitHub told us to
 * wait, and not more often in a minute than allowed. It reads no clock.
 */
export class Budget {
  private limit: number | undefined;
  private remaining: number | undefined;
  private resetAt: Millis = 0;
  private blockedUntil: Millis = 0;
  private refusals = 0;
  private inFlight = 0;
  private readonly sent: Millis[] = [];

  public constructor(
    private readonly options: BudgetOptions,
    private readonly random: () => number = Math.random,
  ) {}

  /** When the next request may be sent; now or earlier if at once. */
  public nextAt(now: Millis): Millis {
    this.forgetBefore(now - minute);
    const full = this.sent.length >= this.options.pointsPerMinute ? (this.sent[0] ?? now) + minute : now;
    return Math.max(this.blockedUntil, full, this.isSpent(now) ? this.resetAt : now);
  }

  /** A request goes out; it counts at once, so that those under way are not more than what is left. */
  public spend(now: Millis): void {
    this.sent.push(now);
    this.inFlight += 1;
  }

  /** No answer came to a request. */
  public failed(): void {
    this.inFlight -= 1;
  }

  public answered(answer: AnswerSeen, now: Millis): void {
    this.inFlight -= 1;
    if (answer.limit !== undefined && answer.remaining !== undefined && answer.reset !== undefined) {
      const resetAt = answer.reset * 1000;
      // Answers overtake each other, and within one hour what is left never grows.
      const sameHour = resetAt === this.resetAt && this.remaining !== undefined;
      if (resetAt >= this.resetAt) {
        this.limit = answer.limit;
        this.remaining = sameHour ? Math.min(this.remaining ?? 0, answer.remaining) : answer.remaining;
        this.resetAt = resetAt;
      }
    }
    if (answer.status !== 429 && !answer.limited) {
      if (answer.status < 400) this.refusals = 0;
      return;
    }
    this.refusals += 1;
    this.blockedUntil = Math.max(this.blockedUntil, now + this.penalty(answer, now));
  }

  /** For metrics, and for those who plan how often to ask. */
  public view(now: Millis): {
    limit?: number;
    remaining?: number;
    usable: number;
    resetAt: Millis;
  } {
    const { limit, remaining, resetAt } = this;
    const known = limit !== undefined && remaining !== undefined;
    const usable = known && now < resetAt ? Math.max(0, remaining - this.reserved()) : Number.POSITIVE_INFINITY;
    return { ...(known && { limit, remaining }), usable, resetAt };
  }

  private isSpent(now: Millis): boolean {
    if (this.remaining === undefined || now >= this.resetAt) return false;
    return this.remaining - this.inFlight <= this.reserved();
  }

  private reserved(): number {
    return Math.floor((this.limit ?? 0) * this.options.reserve);
  }

  private penalty({ retryAfter, remaining, reset }: AnswerSeen, now: Millis): number {
    if (retryAfter !== undefined) return retryAfter * 1000;
    if (remaining === 0 && reset !== undefined) return Math.max(0, reset * 1000 - now);
    const { leastPenaltyMs, mostPenaltyMs } = this.options;
    const most = Math.min(mostPenaltyMs, leastPenaltyMs * 2 ** (this.refusals - 1));
    // A part that differs from exporter to exporter keeps them from coming back all at once.
    return most + this.random() * leastPenaltyMs;
  }

  private forgetBefore(time: Millis): void {
    while (this.sent[0] !== undefined && this.sent[0] <= time) this.sent.shift();
  }
}
