import type { Millis, Run } from "./types";
import { newest } from "./model";

/** What a list of runs may be narrowed down by. GitHub gives no more than a thousand results then. */
export interface RunFilter {
  readonly actor?: string;
  readonly branch?: string;
  readonly event?: string;
  /** A status or a conclusion. */
  readonly status?: string;
  readonly headSha?: string;
  readonly created?: DateRange;
}

export interface DateRange {
  readonly from: Millis;
  readonly to: Millis;
}

const second = 1000;
const day = 86_400_000;

/** The filter that the query asks for; undefined when it asks for all. Throws when `created` is no date. */
export function runFilter(query: URLSearchParams): RunFilter | undefined {
  const get = (name: string) => query.get(name) ?? undefined;
  const created = get("created");
  const filter: RunFilter = {
    actor: get("actor"),
    branch: get("branch"),
    event: get("event"),
    status: get("status"),
    headSha: get("head_sha"),
    created: created === undefined ? undefined : dateRange(created),
  };
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined;
}

export function matches(run: Run, filter: RunFilter): boolean {
  const { actor, branch, event, status, headSha, created } = filter;
  const attempt = newest(run);
  return (
    (actor === undefined || run.actor === actor) &&
    (branch === undefined || run.branch === branch) &&
    (event === undefined || run.event === event) &&
    (status === undefined || attempt.status === status || attempt.conclusion === status) &&
    (headSha === undefined || run.headSha === headSha) &&
    (created === undefined || within(whole(run.createdAt), created))
  );
}

/** GitHub compares the times that it shows, which have no fractions of a second. */
const whole = (at: Millis) => Math.floor(at / second) * second;

const within = (at: Millis, { from, to }: DateRange) => at >= from && at <= to;

/** The search syntax for dates: `2026-01-05`, `>=2026-01-05T10:00:00Z`, `<…`, `from..to`, with `*` for an open end. */
export function dateRange(text: string): DateRange {
  const between = /^(.+)\.\.(.+)$/.exec(text);
  if (between) {
    const [, from = "*", to = "*"] = between;
    return { from: from === "*" ? -Infinity : start(from), to: to === "*" ? Infinity : end(to) };
  }
  const [, sign = "", date = ""] = /^(>=|<=|>|<)?(.+)$/.exec(text) ?? [];
  switch (sign) {
    case ">=":
      return { from: start(date), to: Infinity };
    case "<=":
      return { from: -Infinity, to: end(date) };
    case ">":
      return { from: end(date) + 1, to: Infinity };
    case "<":
      return { from: -Infinity, to: start(date) - 1 };
    default:
      return { from: start(date), to: end(date) };
  }
}

function start(text: string): Millis {
  const at = Date.parse(text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at)) throw new Error(`created: ${text} is no date of ISO 8601`);
  return at;
}

/** A date without a time means all of the day. */
function end(text: string): Millis {
  return start(text) + (/^\d{4}-\d{2}-\d{2}$/.test(text) ? day : second) - 1;
}
