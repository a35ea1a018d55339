import type { Clock } from "../github/clock";
import type { GitHubClient } from "../github/client";
import type { Budget } from "../github/budget";
import type { Fact } from "../core/facts";
import { attemptsOf, type Exporter } from "../exporter";
import type { SelfMetrics } from "../metrics/self-metrics";
import { type Discovered, Discovery, reasonOf, type WatchOptions } from "./discovery";
import { FollowUps } from "./follow-ups";
import { planIntervals } from "./intervals";
import { RunPoller } from "./run-poller";
import { repositoryFact } from "./payloads";

export interface FeedsOptions {
  readonly exporter: Exporter;
  readonly client: GitHubClient;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly watch: WatchOptions;
  readonly metrics: SelfMetrics;
  /** Whether webhooks come, so that asking only closes gaps. */
  readonly pushed: boolean;
  /** Base interval of lists of runs. */
  readonly intervalMs: number;
  readonly requestsPerMinute: number;
  readonly onProblem: (what: string) => void;
}

const minute = 60_000;
const hour = 60 * minute;
const discoverEveryMs = 10 * minute;
const planEveryMs = 15_000;
/** Of the requests of a minute, those for lists; the others are for jobs, sweeps and looking for repositories. */
const listShare = 0.67;

/** Everything that asks GitHub, moved by {@link tick}. */
export class Feeds {
  private readonly discovery;
  private readonly runs;
  private readonly followUps;
  private repositories: ReadonlySet<string> | undefined;
  /** Repositories with attempts that are not settled. */
  private lively: ReadonlySet<string> = new Set();
  private discoverAt = 0;
  private planAt = 0;
  private charged: { readonly at: number; readonly remaining?: number } = { at: 0 };

  public constructor(private readonly options: FeedsOptions) {
    const { client, clock, metrics, pushed, watch, onProblem } = options;
    const deliver = (facts: readonly Fact[]): number => this.deliver(facts);
    this.discovery = new Discovery(watch, client);
    this.runs = new RunPoller({
      client,
      clock,
      deliver,
      hasOpen: (repository) => this.lively.has(repository),
      sweepMs: pushed ? hour : 15 * minute,
      onRead: () => metrics.succeeded("poll", clock.now()),
      onProblem: (repository, fetched) => {
        metrics.problem(fetched.kind);
        onProblem(`${repository}: ${reasonOf(fetched)}`);
      },
    });
    this.followUps = new FollowUps({
      client,
      clock,
      deliver,
      confirmAfterMs: 5_000,
      openJobsMs: pushed ? 10 * minute : minute,
      silentMs: pushed ? 10 * minute : 15 * minute,
    });
  }

  /** To be called about each second. */
  public tick(): void {
    const now = this.options.clock.now();
    if (now >= this.discoverAt) {
      this.discoverAt = now + discoverEveryMs;
      void this.discovery.discover().then((discovered) => this.discovered(discovered));
    }
    const { repositories } = this;
    const open = repositories === undefined ? [] : this.options.exporter.open((name) => repositories.has(name));
    this.lively = new Set(open.map(({ id }) => id.repository));
    if (now >= this.planAt) {
      this.planAt = now + planEveryMs;
      this.plan(now);
    }
    this.runs.tick();
    this.followUps.tick(open);
  }

  /** Facts came by another way. */
  public heard(facts: readonly Fact[]): void {
    for (const key of attemptsOf(facts)) this.followUps.heard(key);
  }

  /** How many repositories have not been read since the start; `undefined` as long as it is not known which there are. */
  public unread(): number | undefined {
    return this.repositories === undefined ? undefined : this.runs.tiers().unread;
  }

  /** How many are watched. */
  public watched(): number {
    return this.repositories?.size ?? 0;
  }

  private deliver(facts: readonly Fact[]): number {
    const { exporter, metrics, pushed } = this.options;
    const news = exporter.take(facts);
    this.heard(facts);
    if (pushed)
      for (const fact of news) if (fact.kind === "run" || fact.kind === "job") metrics.reconciledBy(fact.kind);
    return news.length;
  }

  private discovered(discovered: Discovered): void {
    const { exporter, metrics, clock, onProblem } = this.options;
    if (discovered.kind === "failed") {
      for (const problem of discovered.problems) onProblem(problem);
      metrics.problem("discovery");
      this.discoverAt = Math.min(this.discoverAt, clock.now() + minute);
      return;
    }
    metrics.succeeded("discovery", clock.now());
    const now = new Set(discovered.repositories.map(({ full_name }) => full_name));
    const gone = [...(this.repositories ?? [])].filter((name) => !now.has(name));
    exporter.take([
      ...discovered.repositories.flatMap(repositoryFact),
      ...gone.map((repository): Fact => ({ kind: "gone", repository })),
    ]);
    this.repositories = now;
    this.runs.watch(now);
  }

  private plan(now: number): void {
    const { budget, intervalMs, requestsPerMinute, metrics } = this.options;
    const { remaining, usable, resetAt } = budget.view(now);
    const tiers = this.runs.tiers();
    const minutes = (now - this.charged.at) / minute;
    const spent = remaining === undefined ? 0 : Math.max(0, (this.charged.remaining ?? remaining) - remaining);
    const intervals = planIntervals(
      tiers,
      {
        baseMs: intervalMs,
        longestMs: Math.max(intervalMs, 15 * minute),
        listsPerMinute: requestsPerMinute * listShare,
      },
      { usable, untilResetMs: resetAt - now, chargedPerMinute: minutes > 0 ? spent / minutes : 0 },
    );
    this.charged = { at: now, ...(remaining !== undefined && { remaining }) };
    this.runs.setIntervals(intervals);
    metrics.polls("active", tiers.active, intervals.activeMs);
    metrics.polls("recent", tiers.recent, intervals.recentMs);
    metrics.polls("idle", tiers.idle, intervals.idleMs);
  }
}
