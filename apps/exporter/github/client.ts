import type { Answer, Http } from "./http";
import type { Budget } from "./budget";
import type { Clock } from "./clock";
import { type Lane, LaneQueue } from "./lanes";

/** With which a list is asked for the next time. It fits only under the token that it was given to. */
export interface Tag {
  readonly etag: string;
  readonly generation: number;
}

export interface Credential {
  /** Value of the header `Authorization`. */
  readonly header: string;
  /** Another one for each token. */
  readonly generation: number;
}

/** What became of a conditional request. */
export type Fetched =
  | { readonly kind: "unchanged" }
  /** With the tag to ask with next time. */
  | { readonly kind: "changed"; readonly body: unknown; readonly tag?: Tag; readonly next?: string }
  /** 404, 410, 451: it is not there for us. */
  | { readonly kind: "gone"; readonly status: number }
  /** 401, or 403 that is not about limits. */
  | { readonly kind: "forbidden"; readonly status: number; readonly message: string }
  /** No answer, or one that is no use: 5xx, a page of HTML, half a text. What is known stays. */
  | { readonly kind: "failed"; readonly reason: string };

export interface ClientOptions {
  /** Such as `https://api.github.com` or `https://HOST/api/v3`. */
  readonly apiUrl: string;
  readonly http: Pick<Http, "send">;
  readonly budget: Budget;
  readonly clock: Clock;
  /** GitHub allows 100 at the same time and advises fewer. */
  readonly mostInFlight: number;
  /** @param spread from 0 to 1: how late the asker changes to a new token, so that not all lists come whole at once. */
  readonly credential: (spread: number) => Promise<Credential>;
  /** Told of each answer, for metrics. `endpoint` is of a fixed set. */
  readonly onAnswer: (endpoint: string, status: number | "failed") => void;
}

export interface Request {
  /** Name of the kind of request, for metrics. */
  readonly endpoint: string;
  readonly lane: Lane;
  /** With the query; the same each time, or no tag would ever fit. */
  readonly path: string;
  readonly tag?: Tag;
  /** @default 0 */
  readonly spread?: number;
}

/** Version of the REST interface that the shapes here are of. */
const apiVersion = "2022-11-28";

/** GitHub's REST interface with a budget: requests wait for their turn as long as it takes, the valuable ones first. */
export class GitHubClient {
  private readonly queue = new LaneQueue();
  private inFlight = 0;
  private cancelWake: (() => void) | undefined;

  public constructor(private readonly options: ClientOptions) {}

  public fetch(request: Request): Promise<Fetched> {
    return new Promise((resolve) => {
      this.queue.push(request.lane, () => {
        void this.send(request).then((fetched) => {
          this.inFlight -= 1;
          resolve(fetched);
          this.pump();
        });
      });
      this.pump();
    });
  }

  /** How many requests wait. */
  public get waiting(): number {
    return this.queue.size;
  }

  /** Whether requests are under way. */
  public get isBusy(): boolean {
    return this.inFlight > 0;
  }

  private pump(): void {
    const { budget, clock, mostInFlight } = this.options;
    while (this.inFlight < mostInFlight && this.queue.size > 0) {
      const now = clock.now();
      const at = budget.nextAt(now);
      if (at > now) {
        this.cancelWake ??= clock.after(at - now, () => {
          this.cancelWake = undefined;
          this.pump();
        });
        return;
      }
      const start = this.queue.shift();
      if (start === undefined) return;
      budget.spend(now);
      this.inFlight += 1;
      start();
    }
  }

  private async send({ endpoint, path, tag, spread = 0 }: Request): Promise<Fetched> {
    const { apiUrl, http, credential, onAnswer, budget } = this.options;
    let answer: Answer;
    let generation: number;
    try {
      const { header, ...current } = await credential(spread);
      generation = current.generation;
      answer = await http.send({
        url: new URL(`${apiUrl}${path}`),
        headers: {
          accept: "application/vnd.github+json",
          "user-agent": "runner-platform-exporter",
          "x-github-api-version": apiVersion,
          authorization: header,
          ...(tag?.generation === generation && { "if-none-match": tag.etag }),
        },
      });
    } catch (error) {
      budget.failed();
      onAnswer(endpoint, "failed");
      return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
    }
    onAnswer(endpoint, answer.status);
    this.noteLimits(answer);
    return fetched(answer, generation);
  }

  private noteLimits(answer: Answer): void {
    const { budget, clock } = this.options;
    const number = (name: string): number | undefined => {
      const text = answer.headers[name];
      const value = typeof text === "string" && text !== "" ? Number(text) : Number.NaN;
      return Number.isFinite(value) ? value : undefined;
    };
    const limits = {
      limit: number("x-ratelimit-limit"),
      remaining: number("x-ratelimit-remaining"),
      reset: number("x-ratelimit-reset"),
      retryAfter: number("retry-after"),
    };
    budget.answered({ ...limits, status: answer.status, limited: isAboutLimits(answer) }, clock.now());
  }
}

/** GitHub answers 403 both for missing rights and for limits. */
function isAboutLimits({ status, headers, text }: Answer): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return headers["retry-after"] !== undefined || headers["x-ratelimit-remaining"] === "0" || /rate limit/i.test(text);
}

function fetched(answer: Answer, generation: number): Fetched {
  const { status, headers, text } = answer;
  if (status === 304) return { kind: "unchanged" };
  if (status === 404 || status === 410 || status === 451) return { kind: "gone", status };
  if (isAboutLimits(answer)) return { kind: "failed", reason: `GitHub answered ${status}: a limit was reached` };
  if (status === 401 || status === 403) return { kind: "forbidden", status, message: messageOf(text) };
  if (status !== 200) return { kind: "failed", reason: `GitHub answered ${status}` };
  const body = parsed(text);
  if (body === undefined) return { kind: "failed", reason: "GitHub's answer is no JSON" };
  const next = nextOf(headers.link);
  return {
    kind: "changed",
    body,
    ...(headers.etag !== undefined && { tag: { etag: headers.etag, generation } }),
    ...(next !== undefined && { next }),
  };
}

/** Path and query of the next page, of a `Link` header. */
function nextOf(link: string | string[] | undefined): string | undefined {
  const found = /<([^>]+)>;\s*rel="next"/.exec(String(link ?? ""))?.[1];
  if (found === undefined) return undefined;
  const { pathname, search } = new URL(found);
  return `${pathname.replace(/^\/api\/v3(?=\/)/, "")}${search}`;
}

function messageOf(text: string): string {
  const body = parsed(text);
  const message = typeof body === "object" && body !== null && "message" in body ? body.message : undefined;
  return typeof message === "string" ? message : "no reason given";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
