import type { Millis } from "./types";

export type CredentialKind = "token" | "installation";

/** Whose request it is. */
export interface Credential {
  readonly kind: CredentialKind;
  /** Requests of the same holder share one budget, such as all tokens of an App's installation. */
  readonly holder: string;
  /** Of the very token: what tells whether something has changed differs from token to token. */
  readonly salt: string;
}

export interface LimitOptions {
  /** Requests in an hour with a token. @default 5000 */
  readonly tokenPerHour?: number;
  /** Requests in an hour with an App's installation. @default by the number of repositories, as GitHub does it: 5000 to 12500 */
  readonly installationPerHour?: number;
  /** Status of refusals. @default 403 */
  readonly refusal?: 403 | 429;
  /** Points in a minute: a GET costs one, answers 304 too. @default 900 */
  readonly pointsPerMinute?: number;
  /** Requests at once. @default 100 */
  readonly concurrent?: number;
  /** What `retry-after` asks for when points or concurrency are exceeded; null leaves the header out. @default 60 */
  readonly retryAfterSeconds?: number | null;
}

/** Why a request was refused. */
export type Limited = "primary" | "points" | "concurrency";

export interface Refusal {
  readonly limited: Limited;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: string;
  /** It was told to wait and came all the same. */
  readonly early: boolean;
}

interface Budget {
  windowEnd: Millis;
  used: number;
  /** Times of the requests of the last minute. */
  recent: Millis[];
  running: number;
  blockedUntil: Millis;
  /** Until when the holder knows that it has to wait, from a reply that went out. */
  toldUntil: Millis;
}

const hour = 3_600_000;
const minute = 60_000;

/** GitHub's budget of an installation: 50 more for each repository above 20, up to 12,500. */
export function installationBudget(repositories: number): number {
  return Math.min(12_500, 5_000 + 50 * Math.max(0, repositories - 20));
}

/** Primary and secondary rate limits of the REST API, per holder of credentials. */
export class RateLimits {
  private readonly budgets = new Map<string, Budget>();

  /** @param repositories how many an installation sees */
  constructor(
    private readonly options: LimitOptions,
    private readonly now: () => Millis,
    private readonly repositories: () => number,
  ) {}

  /** To be called when a request arrives; `leave` must follow once its reply is out, also after a refusal. */
  enter(credential: Credential): Refusal | undefined {
    const { pointsPerMinute = 900, concurrent = 100 } = this.options;
    const budget = this.budget(credential);
    const now = this.now();
    budget.running += 1;
    budget.recent = [...budget.recent.filter((at) => at > now - minute), now];
    if (budget.blockedUntil > now) return this.secondary(credential, budget, "points");
    if (budget.recent.length > pointsPerMinute) return this.secondary(credential, budget, "points");
    if (budget.running > concurrent) return this.secondary(credential, budget, "concurrency");
    if (budget.used >= this.limitOf(credential)) return this.primary(credential, budget);
    return undefined;
  }

  leave(credential: Credential, refusal: Refusal | undefined): void {
    const budget = this.budget(credential);
    budget.running -= 1;
    if (refusal && refusal.limited !== "primary") budget.toldUntil = Math.max(budget.toldUntil, budget.blockedUntil);
    if (budget.used >= this.limitOf(credential)) budget.toldUntil = Math.max(budget.toldUntil, budget.windowEnd);
  }

  /** Counts a request against the primary limit; one answered 304 is not to be counted. */
  charge(credential: Credential): void {
    this.budget(credential).used += 1;
  }

  /** Requests within the last minute. */
  points(credential: Credential): number {
    return this.budget(credential).recent.filter((at) => at > this.now() - minute).length;
  }

  headers(credential: Credential): Record<string, string> {
    const { limit, remaining, used, reset } = this.overview(credential);
    return {
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": String(remaining),
      "X-RateLimit-Used": String(used),
      "X-RateLimit-Reset": String(reset),
      "X-RateLimit-Resource": "core",
    };
  }

  /** As `GET /rate_limit` shows it; `reset` in seconds since 1970. */
  overview(credential: Credential) {
    const { used, windowEnd } = this.budget(credential);
    const limit = this.limitOf(credential);
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(windowEnd / 1000) };
  }

  private limitOf({ kind }: Credential): number {
    const { tokenPerHour = 5000, installationPerHour } = this.options;
    return kind === "token" ? tokenPerHour : (installationPerHour ?? installationBudget(this.repositories()));
  }

  private primary(credential: Credential, budget: Budget): Refusal {
    return {
      limited: "primary",
      status: this.options.refusal ?? 403,
      headers: this.headers(credential),
      message: "API rate limit exceeded for this credential.",
      early: budget.toldUntil > this.now(),
    };
  }

  private secondary(credential: Credential, budget: Budget, limited: "points" | "concurrency"): Refusal {
    const { retryAfterSeconds = 60, refusal = 403 } = this.options;
    const early = budget.toldUntil > this.now();
    budget.blockedUntil = this.now() + (retryAfterSeconds ?? 60) * 1000;
    return {
      limited,
      status: refusal,
      headers: {
        ...this.headers(credential),
        ...(retryAfterSeconds !== null && { "Retry-After": String(retryAfterSeconds) }),
      },
      message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
      early,
    };
  }

  private budget({ holder }: Credential): Budget {
    const known = this.budgets.get(holder);
    if (known && known.windowEnd > this.now()) return known;
    const fresh = { windowEnd: this.now() + hour, used: 0 };
    const budget = known ?? { ...fresh, recent: [], running: 0, blockedUntil: 0, toldUntil: 0 };
    Object.assign(budget, fresh);
    this.budgets.set(holder, budget);
    return budget;
  }
}
