import { page } from "../http/page";
import { notFound } from "../http/reply";
import type { Route } from "../http/router";
import { runsOf } from "../service/legacy-runs";
import { repositoryRoute } from "./legacy-scopes";
import { workflowJobView, workflowRunView } from "./legacy-views";
import type { Surroundings } from "./surroundings";

/** Workflow runs and their jobs, which the older kinds of ARC count to know how many runners are wanted. */
export function legacyRunRoutes(surroundings: Surroundings): Route[] {
  const { service } = surroundings;
  return [
    repositoryRoute(surroundings, "GET", "/actions/runs", (exchange, repository) => {
      const wanted = exchange.query("status");
      const runs = runsOf(service.state.jobs.values(), repository)
        .filter((run) => wanted === undefined || run.status === wanted || run.conclusion === wanted)
        .reverse();
      const { items, total, headers } = page(exchange, runs);
      const body = { total_count: total, workflow_runs: items.map((run) => workflowRunView(run, exchange.origin)) };
      return { status: 200, body, headers };
    }),
    repositoryRoute(surroundings, "GET", "/actions/runs/:run/jobs", (exchange, repository) => {
      const id = exchange.id("run");
      const run = runsOf(service.state.jobs.values(), repository).find((candidate) => candidate.id === id);
      if (!run) throw notFound();
      const { items, total, headers } = page(exchange, run.jobs);
      const body = { total_count: total, jobs: items.map((job) => workflowJobView(job, run, exchange.origin)) };
      return { status: 200, body, headers };
    }),
  ];
}
