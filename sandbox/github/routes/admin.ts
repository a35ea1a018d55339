import { z } from "zod";
import type { Exchange } from "../http/exchange";
import { accepted, created, ok } from "../http/reply";
import { route, type Route } from "../http/router";
import type { Job, ScaleSet } from "../service/types";
import { adminOnly } from "./guards";
import type { Surroundings } from "./surroundings";

const container = z.strictObject({ image: z.string().min(1), env: z.record(z.string(), z.string()).optional() });

const queueBody = z
  .strictObject({
    scaleSet: z.string().min(1).optional(),
    runsOn: z
      .array(z.string().regex(/^[^,]+$/))
      .min(1)
      .optional(),
    count: z.number().int().min(1).max(10_000).optional(),
    seconds: z.number().min(0).max(86_400).optional(),
    exitCode: z.number().int().min(0).max(255).optional(),
    outcome: z.enum(["success", "failure", "crash", "deprecated"]).optional(),
    repository: z.string().min(1).optional(),
    workflow: z.string().min(1).optional(),
    event: z.string().min(1).optional(),
    branch: z.string().min(1).optional(),
    container: container.optional(),
    services: z.array(container.extend({ name: z.string().min(1) })).optional(),
  })
  .refine(({ scaleSet, runsOn }) => (scaleSet === undefined) !== (runsOn === undefined), {
    error: "one of scaleSet and runsOn is needed, and not both",
  });

/** What the sandbox's command line and the tests steer the stand-in with. GitHub has nothing like it. */
export function adminRoutes(surroundings: Surroundings): Route[] {
  const { service } = surroundings;
  const guarded = adminOnly(surroundings);
  return [
    route("GET", "/_sandbox/health", () => ok({ status: "ok" })),
    route(
      "POST",
      "/_sandbox/jobs",
      guarded(async (exchange) => {
        const jobs = service.jobs.queue(await exchange.json(queueBody));
        return created({ batch: jobs[0]?.batch, jobs: jobs.map(adminJobView) });
      }),
    ),
    route(
      "POST",
      "/_sandbox/runs/:run/rerun",
      guarded((exchange) => {
        const jobs = service.jobs.rerun(exchange.id("run"));
        return created({ batch: jobs[0]?.batch, jobs: jobs.map(adminJobView) });
      }),
    ),
    route(
      "GET",
      "/_sandbox/jobs",
      guarded((exchange) => ok({ jobs: select(surroundings, exchange).map(adminJobView) })),
    ),
    route(
      "GET",
      "/_sandbox/ledger",
      guarded((exchange) =>
        ok({
          jobs: select(surroundings, exchange).map((job) => ({ ...adminJobView(job), transitions: job.transitions })),
        }),
      ),
    ),
    route(
      "DELETE",
      "/_sandbox/jobs/:job",
      guarded((exchange) => ok(adminJobView(service.jobs.cancel(exchange.id("job"))))),
    ),
    route(
      "GET",
      "/_sandbox/scale-sets",
      guarded(() => ok({ scaleSets: service.scaleSets.list().map((set) => adminScaleSetView(surroundings, set)) })),
    ),
    route(
      "GET",
      "/_sandbox/statistics",
      guarded(() => ok(service.statistics())),
    ),
    route(
      "POST",
      "/_sandbox/stop",
      guarded(() => {
        surroundings.stop();
        return accepted({ status: "stopping" });
      }),
    ),
  ];
}

export function adminJobView(job: Job) {
  const { id, batch, scaleSetName, displayName, seconds, outcome, state, agentName, starts, result, reason } = job;
  const { queuedAt, assignedAt, runnerAssignedAt, startedAt, finishedAt } = job;
  return {
    ...{
      id,
      batch,
      scaleSet: scaleSetName,
      displayName,
      seconds,
      outcome,
      state,
      runner: agentName,
      starts,
      result,
      reason,
      container: job.container,
      services: job.services,
    },
    ...{ queuedAt, assignedAt, runnerAssignedAt, startedAt, finishedAt },
  };
}

function adminScaleSetView({ service }: Surroundings, set: ScaleSet) {
  const session = service.sessions.of(set.id);
  const runners = [...service.state.agents.values()].filter((agent) => agent.scaleSetId === set.id);
  return {
    id: set.id,
    name: set.name,
    scope: set.scope,
    runnerGroup: service.scaleSets.group(set.groupId).name,
    labels: set.labels.map((label) => label.name),
    listener: session && {
      owner: session.owner,
      connected: !service.sessions.expired(session),
      mode: session.mode,
      capacity: session.capacity,
      openedAt: session.openedAt,
      lastSeen: session.lastSeen,
    },
    runners: runners.map(({ id, name, connection, jobId }) => ({
      id,
      name,
      connected: connection !== undefined,
      job: jobId,
    })),
    statistics: service.statistics(set.id),
  };
}

function select({ service }: Surroundings, exchange: Exchange): Job[] {
  const [batch, scaleSet] = [exchange.query("batch"), exchange.query("scaleSet")];
  return [...service.state.jobs.values()].filter(
    (job) => (batch === undefined || job.batch === batch) && (scaleSet === undefined || job.scaleSetName === scaleSet),
  );
}
