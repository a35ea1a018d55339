import { z } from "zod";
import type { Exchange } from "../http/exchange";
import { hold } from "../http/long-poll";
import { noContent, ok, unauthorized } from "../http/reply";
import { route, type Route } from "../http/router";
import type { Work } from "../service/agents";
import type { Agent } from "../service/types";
import type { Surroundings } from "./surroundings";

const connectBody = z.object({ version: z.string().optional() });
const startedBody = z.object({ requestId: z.number().int() });
const finishedBody = startedBody.extend({
  result: z.enum(["succeeded", "failed", "canceled"]),
  reason: z.string().optional(),
});

/** The runner program's side. This protocol is the stand-in's own; GitHub's is not public. */
export function runnerRoutes(surroundings: Surroundings): Route[] {
  const { service, wakeups, timing } = surroundings;
  const session = "/_runner/:agent/session";
  const connection = `${session}/:connection`;
  return [
    route("POST", session, async (exchange) => {
      const agent = authenticate(surroundings, exchange);
      await exchange.json(connectBody);
      const { connection: id } = service.agents.connect(agent.id);
      return ok({ sessionId: id, heartbeatSeconds: timing.heartbeatSeconds });
    }),
    route("GET", `${connection}/job`, async (exchange) => {
      const { id } = authenticate(surroundings, exchange);
      const take = () => service.agents.takeJob(id, exchange.param("connection"));
      const work = await hold(take, wakeups, timing.runnerPollSeconds * 1000, exchange.signal);
      return work ? ok(workView(work)) : noContent;
    }),
    route("POST", `${connection}/heartbeat`, (exchange) => {
      service.agents.heartbeat(authenticate(surroundings, exchange).id, exchange.param("connection"));
      return noContent;
    }),
    route("POST", `${connection}/started`, async (exchange) => {
      const { id } = authenticate(surroundings, exchange);
      const { requestId } = await exchange.json(startedBody);
      service.agents.started(id, exchange.param("connection"), requestId);
      return noContent;
    }),
    route("POST", `${connection}/finished`, async (exchange) => {
      const { id } = authenticate(surroundings, exchange);
      const { requestId, result, reason } = await exchange.json(finishedBody);
      service.agents.finished(id, exchange.param("connection"), requestId, result, reason);
      return noContent;
    }),
    route("DELETE", connection, (exchange) => {
      service.agents.disconnect(authenticate(surroundings, exchange).id, exchange.param("connection"));
      return noContent;
    }),
  ];
}

/** 404 for a runner that is no longer registered, 401 for a wrong secret. */
export function authenticate({ service }: Surroundings, exchange: Exchange): Agent {
  const agent = service.agents.get(exchange.id("agent"));
  if (!service.agents.knows(agent, exchange.authorization?.value ?? "")) throw unauthorized("wrong runner secret");
  exchange.who = `runner:${agent.name}`;
  return agent;
}

function workView(work: Work) {
  if (work.kind === "deprecated") return { kind: "deprecated" };
  const { id, jobId, displayName, repository, seconds, exitCode, outcome, container, services } = work.job;
  const what = { displayName, repository, seconds, exitCode, outcome, container, services };
  return { kind: "job", requestId: id, jobId, ...what };
}
