import type { Exchange } from "../http/exchange";
import { page } from "../http/page";
import { RestError } from "../http/reply";
import type { ActionsApiOptions } from "./api";
import { listed, single, type Endpoint, type Shown } from "./endpoint";
import { newest } from "./model";
import { matches, runFilter, type RunFilter } from "./queries";
import type { Attempt, Job, Run } from "./types";
import { jobView, listedRepositoryView, runView, workflowView } from "./views";

/** With a filter GitHub gives no more results than these. */
const filteredCap = 1000;

const fullNameOf = (exchange: Exchange) => `${exchange.param("owner")}/${exchange.param("repo")}`;

/** What is asked for below `/repos/{owner}/{repo}/actions`. */
export function runEndpoints(options: ActionsApiOptions): Endpoint[] {
  const { model } = options;
  const runs = new RunTexts();
  const base = "/repos/:owner/:repo/actions";
  const existing = (exchange: Exchange, show: (fullName: string) => Shown | undefined) => {
    const fullName = fullNameOf(exchange);
    const exists = options.exists?.(fullName) ?? model.registry.repository(fullName) !== undefined;
    return exists ? show(fullName) : undefined;
  };
  /** A run and one of its attempts. */
  const ofRun = (show: (run: Run, attempt: Attempt, exchange: Exchange) => Shown) => (exchange: Exchange) =>
    existing(exchange, (fullName) => {
      const run = model.run(exchange.id("run"));
      if (run?.repository.toLowerCase() !== fullName.toLowerCase()) return undefined;
      const number = exchange.params.attempt === undefined ? newest(run).number : exchange.id("attempt");
      const attempt = run.attempts[number - 1];
      return attempt && show(run, attempt, exchange);
    });
  const one = ofRun((run, attempt, { origin }) => ({
    version: `${run.id}/${attempt.number}/${run.version}`,
    body: () => runs.text(run, attempt, origin),
  }));
  return [
    {
      pattern: `${base}/runs`,
      show: (exchange) =>
        existing(exchange, (fullName) => {
          const filter = filterOf(exchange);
          const all = [...model.runsOf(fullName)].reverse();
          const wanted = filter ? all.filter((run) => matches(run, filter)) : all;
          const shown = page(exchange, wanted, filter ? filteredCap : Infinity);
          const version = (run: Run) => `${run.id}/${run.version}`;
          return listed(
            shown,
            { version, text: (run) => runs.text(run, newest(run), exchange.origin) },
            "workflow_runs",
          );
        }),
    },
    { pattern: `${base}/runs/:run`, show: one },
    { pattern: `${base}/runs/:run/attempts/:attempt`, show: one },
    {
      pattern: `${base}/runs/:run/jobs`,
      show: ofRun((run, attempt, exchange) => {
        const all = exchange.query("filter") === "all" ? run.attempts.flatMap(({ jobs }) => jobs) : attempt.jobs;
        return jobs(options, exchange, run, all);
      }),
    },
    {
      pattern: `${base}/runs/:run/attempts/:attempt/jobs`,
      show: ofRun((run, attempt, exchange) => jobs(options, exchange, run, attempt.jobs)),
    },
    {
      pattern: `${base}/jobs/:job`,
      show: (exchange) =>
        existing(exchange, (fullName) => {
          const place = model.job(exchange.id("job"));
          if (place?.run.repository.toLowerCase() !== fullName.toLowerCase()) return undefined;
          return single(jobView(late(options, place.job), place.run, exchange.origin));
        }),
    },
    {
      pattern: `${base}/workflows`,
      show: (exchange) =>
        existing(exchange, (fullName) => {
          const branch = model.registry.repository(fullName)?.defaultBranch ?? "main";
          const text = JSON.stringify;
          const all = model.registry.workflowsOf(fullName).map((one) => workflowView(one, branch, exchange.origin));
          return listed(page(exchange, all), { version: ({ id }) => String(id), text }, "workflows");
        }),
    },
  ];
}

/** The repository itself. */
export function repositoryEndpoint({ model }: ActionsApiOptions): Endpoint {
  return {
    pattern: "/repos/:owner/:repo",
    show: (exchange) => {
      const repository = model.registry.repository(fullNameOf(exchange));
      return repository && single(listedRepositoryView(repository, exchange.origin));
    },
  };
}

function filterOf(exchange: Exchange): RunFilter | undefined {
  try {
    return runFilter(exchange.url.searchParams);
  } catch (error) {
    throw new RestError(422, error instanceof Error ? error.message : String(error));
  }
}

function jobs(options: ActionsApiOptions, exchange: Exchange, run: Run, all: readonly Job[]): Shown {
  const shown = page(
    exchange,
    all.map((job) => late(options, job)),
  );
  const version = (job: Job) => `${job.id}/${job.status}/${job.conclusion ?? ""}`;
  return listed(shown, { version, text: (job) => JSON.stringify(jobView(job, run, exchange.origin)) }, "jobs");
}

/** The job as it is shown while its list lags behind. */
function late({ model, jobsLagMillis = 0 }: ActionsApiOptions, job: Job): Job {
  const lagging = job.completedAt !== null && job.completedAt > model.clock.now() - jobsLagMillis;
  if (!lagging) return job;
  return { ...job, status: job.startedAt === null ? "queued" : "in_progress", conclusion: null, completedAt: null };
}

/** As many as fit into 60 MB. */
const keptTexts = 5000;

/** Texts of the runs that were shown last: to make a page of them takes longer than all the rest. */
class RunTexts {
  private readonly known = new Map<Attempt, { readonly key: string; readonly text: string }>();

  text(run: Run, attempt: Attempt, origin: string): string {
    const key = `${run.version} ${origin}`;
    const found = this.known.get(attempt);
    if (found?.key === key) return found.text;
    const text = JSON.stringify(runView(run, attempt, origin));
    this.known.delete(attempt);
    this.known.set(attempt, { key, text });
    const [oldest] = this.known.keys();
    if (oldest && this.known.size > keptTexts) this.known.delete(oldest);
    return text;
  }
}
