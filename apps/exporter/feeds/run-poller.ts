import * as z from "zod/mini";

import type { Fact, Millis } from "../core/facts";
import type { Fetched, Request, Tag } from "../github/client";
import type { Clock } from "../github/clock";
import type { Intervals, TierCounts } from "./intervals";
import { runFact, runSchema } from "./payloads";

export interface RunPollerOptions {
  readonly client: { fetch(request: Request): Promise<Fetched> };
  readonly clock: Clock;
  /** Takes facts; returns how many of them were news. */
  readonly deliver: (facts: readonly Fact[]) => number;
  /** Whether the repository has attempts that are not settled. */
  readonly hasOpen: (repository: string) => boolean;
  /** The list could be read. */
  readonly onRead: (repository: string) => void;
  readonly onProblem: (repository: string, fetched: Exclude<Fetched, { kind: "changed" | "unchanged" }>) => void;
  /** How often lists of runs that wait or are under way are read, which show old runs that were started again. */
  readonly sweepMs: number;
}

interface Watched {
  readonly name: string;
  /** From 0 to 1, evenly among repositories. */
  readonly spread: number;
  tag?: Tag;
  busy: boolean;
  nextAt: Millis;
  sweepAt: Millis;
  readonly sweepTags: Map<string, Tag>;
  lastRun: Millis;
  read: boolean;
}

const page = z.object({ workflow_runs: z.array(z.unknown()) });

/** Small pages: a run is 12 kB, and a minute brings few of them. */
const perPage = 30;
/** Pages read on while each is full of news; an interval that brought more is left to the sweeps. */
const mostPages = 10;
const day = 24 * 3_600_000;
/** A list that cannot be read is asked for again after that, or after its interval if that is longer. */
const retryMs = 60_000;

/** Asks for the runs of each watched repository, again and again, with the tag of the last answer: what has not changed costs next to nothing. */
export class RunPoller {
  private readonly watched = new Map<string, Watched>();
  private intervals: Intervals | undefined;

  public constructor(private readonly options: RunPollerOptions) {}

  /** Sets what is watched. New repositories are read at once; their first sweeps are spread. */
  public watch(repositories: Iterable<string>): void {
    const names = new Set(repositories);
    for (const name of this.watched.keys()) if (!names.has(name)) this.watched.delete(name);
    const now = this.options.clock.now();
    let index = 0;
    for (const name of names) {
      index += 1;
      if (this.watched.has(name)) continue;
      const spread = index / names.size;
      this.watched.set(name, {
        name,
        spread,
        busy: false,
        nextAt: now,
        sweepAt: now + spread * this.options.sweepMs,
        sweepTags: new Map(),
        lastRun: 0,
        read: false,
      });
    }
  }

  public setIntervals(intervals: Intervals): void {
    this.intervals = intervals;
  }

  public tiers(): TierCounts & { unread: number } {
    const counts = { active: 0, recent: 0, idle: 0, unread: 0 };
    for (const each of this.watched.values()) {
      counts[this.tierOf(each)] += 1;
      if (!each.read) counts.unread += 1;
    }
    return counts;
  }

  /** Sends what is due. To be called often. */
  public tick(): void {
    const now = this.options.clock.now();
    for (const each of this.watched.values()) {
      if (each.busy || each.nextAt > now) continue;
      each.busy = true;
      void this.read(each).finally(() => {
        each.busy = false;
      });
    }
  }

  private async read(each: Watched): Promise<void> {
    const { clock } = this.options;
    const started = clock.now();
    const interval = this.intervalOf(each);
    const fine = await this.readList(each);
    if (fine && started >= each.sweepAt) {
      await this.sweep(each);
      each.sweepAt = started + this.options.sweepMs;
    }
    // From the beginning of the last one, so that a slow answer does not stretch the interval.
    each.nextAt = fine ? started + interval : clock.now() + Math.max(retryMs, interval);
  }

  private async readList(each: Watched): Promise<boolean> {
    const { client } = this.options;
    const first = `/repos/${each.name}/actions/runs?per_page=${perPage}&exclude_pull_requests=true`;
    let path: string | undefined = first;
    for (let count = 0; path !== undefined && count < mostPages; count += 1) {
      const tag = count === 0 && each.tag !== undefined ? { tag: each.tag } : {};
      const fetched = await client.fetch({
        endpoint: "runs",
        lane: this.tierOf(each),
        path,
        spread: each.spread,
        ...tag,
      });
      if (fetched.kind === "unchanged") break;
      if (fetched.kind !== "changed") {
        this.options.onProblem(each.name, fetched);
        return false;
      }
      const { runs, news } = this.take(each, fetched.body);
      if (count === 0 && fetched.tag !== undefined) each.tag = fetched.tag;
      // The first look at a repository takes the newest runs and leaves its past alone.
      const goOn = each.read && runs > 0 && news === runs;
      path = goOn ? fetched.next : undefined;
    }
    each.read = true;
    this.options.onRead(each.name);
    return true;
  }

  private async sweep(each: Watched): Promise<void> {
    for (const status of ["in_progress", "queued"]) {
      const tag = each.sweepTags.get(status);
      const fetched = await this.options.client.fetch({
        endpoint: "runs_by_status",
        lane: "sweep",
        path: `/repos/${each.name}/actions/runs?status=${status}&per_page=${perPage}&exclude_pull_requests=true`,
        spread: each.spread,
        ...(tag !== undefined && { tag }),
      });
      if (fetched.kind !== "changed") continue;
      if (fetched.tag !== undefined) each.sweepTags.set(status, fetched.tag);
      this.take(each, fetched.body);
    }
  }

  private take(each: Watched, body: unknown): { runs: number; news: number } {
    const read = page.safeParse(body);
    if (!read.success) return { runs: 0, news: 0 };
    const facts = read.data.workflow_runs.flatMap((run) => {
      const parsed = runSchema.safeParse(run);
      return parsed.success ? [runFact(each.name, parsed.data)] : [];
    });
    each.lastRun = Math.max(each.lastRun, ...facts.map(({ updatedAt }) => updatedAt));
    return { runs: facts.length, news: this.options.deliver(facts) };
  }

  private tierOf(each: Watched): "active" | "recent" | "idle" {
    if (this.options.hasOpen(each.name)) return "active";
    return each.lastRun > this.options.clock.now() - day ? "recent" : "idle";
  }

  private intervalOf(each: Watched): number {
    const { activeMs, recentMs, idleMs } = this.intervals ?? { activeMs: 60_000, recentMs: 60_000, idleMs: 60_000 };
    return { active: activeMs, recent: recentMs, idle: idleMs }[this.tierOf(each)];
  }
}
