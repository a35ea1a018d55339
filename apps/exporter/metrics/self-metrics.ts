import { Counter, Gauge, type Registry } from "prom-client";

import type { Budget } from "../github/budget";
import type { Clock } from "../github/clock";
import type { Ledger } from "../core/ledger";
import { prefix } from "./families";

/** Ways by which facts come. */
export const feeds = ["webhook", "poll", "discovery"] as const;
export type Feed = (typeof feeds)[number];

/** What the exporter says of itself. These begin anew with each process, except what the ledger keeps. */
export class SelfMetrics {
  private readonly requests;
  private readonly deliveries;
  private readonly reconciled;
  private readonly problems;
  private readonly lastSuccess;
  private readonly interval;
  private readonly repositories;
  private readonly lastByFeed = new Map<Feed, number>();

  public constructor(registers: Registry[]) {
    const name = (rest: string): string => `${prefix}exporter_${rest}`;
    this.requests = new Counter({
      name: name("requests_total"),
      help: "Requests to GitHub by kind and status; 304 are free of the hour's limit.",
      labelNames: ["endpoint", "status"],
      registers,
    });
    this.deliveries = new Counter({
      name: name("webhook_deliveries_total"),
      help: "Deliveries of webhooks by what became of them.",
      labelNames: ["result"],
      registers,
    });
    this.reconciled = new Counter({
      name: name("reconciled_total"),
      help: "Facts that a request had to tell although webhooks are on, by kind.",
      labelNames: ["reason"],
      registers,
    });
    this.problems = new Counter({
      name: name("problems_total"),
      help: "Repositories or lists that could not be read, by what GitHub answered.",
      labelNames: ["kind"],
      registers,
    });
    this.lastSuccess = new Gauge({
      name: name("last_success_timestamp_seconds"),
      help: "When a feed last brought or confirmed something.",
      labelNames: ["feed"],
      registers,
    });
    this.interval = new Gauge({
      name: name("poll_interval_seconds"),
      help: "How often lists of runs are asked for now, by how lively their repositories are.",
      labelNames: ["tier"],
      registers,
    });
    this.repositories = new Gauge({
      name: name("repositories"),
      help: "Repositories that are watched, by how lively they are.",
      labelNames: ["tier"],
      registers,
    });
  }

  public answered(endpoint: string, status: number | "failed"): void {
    this.requests.inc({ endpoint, status: String(status) });
  }

  public delivered(result: string): void {
    this.deliveries.inc({ result });
  }

  public reconciledBy(reason: string): void {
    this.reconciled.inc({ reason });
  }

  public problem(kind: string): void {
    this.problems.inc({ kind });
  }

  public succeeded(feed: Feed, now: number): void {
    this.lastByFeed.set(feed, now);
    this.lastSuccess.set({ feed }, now / 1000);
  }

  /** Milliseconds since 1970; `undefined` if never. */
  public lastSuccessOf(feed: Feed): number | undefined {
    return this.lastByFeed.get(feed);
  }

  public polls(tier: string, repositories: number, intervalMs: number): void {
    this.repositories.set({ tier }, repositories);
    this.interval.set({ tier }, intervalMs / 1000);
  }
}

/** Numbers that others hold, read when they are asked for. */
export function registerViews(
  registers: Registry[],
  { ledger, budget, clock, waiting }: { ledger: Ledger; budget: Budget; clock: Clock; waiting: () => number },
): void {
  const view = (rest: string, help: string, read: () => number | undefined): void => {
    new Gauge({
      name: `${prefix}exporter_${rest}`,
      help,
      registers,
      collect() {
        const value = read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  };
  const seen = () => budget.view(clock.now());
  view(
    "rate_limit",
    "Requests that GitHub allows within an hour; absent as long as it has not said.",
    () => seen().limit,
  );
  view(
    "rate_limit_remaining",
    "Requests of this hour that are left, those left to others included.",
    () => seen().remaining,
  );
  view("rate_limit_reset_timestamp_seconds", "When the hour ends.", () => seen().resetAt / 1000);
  view("requests_waiting", "Requests that wait for their turn.", waiting);
  view("open_attempts", "Attempts of runs that are not settled.", () => [...ledger.open()].length);
  new Counter({
    name: `${prefix}exporter_series_dropped_total`,
    help: "Observations that were dropped because there are as many series as there may be.",
    registers,
    collect() {
      this.reset();
      this.inc(ledger.series.dropped);
    },
  });
}
