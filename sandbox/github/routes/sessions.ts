import { z } from "zod";
import type { Exchange } from "../http/exchange";
import { hold } from "../http/long-poll";
import { accepted, noContent, ok, type Reply } from "../http/reply";
import { route, type Route } from "../http/router";
import { sessionNotFound } from "../service/errors";
import type { Session } from "../service/types";
import { requireQueue, requireService } from "./guards";
import { servicePath, type Surroundings } from "./surroundings";
import { jobView, list, messageView, sessionView } from "./views";

const openBody = z.object({ ownerName: z.string().min(1) });
const acquireBody = z.array(z.number().int());

/** The listener's side: its session, its message queue, and the jobs it acquires. */
export function sessionRoutes(surroundings: Surroundings): Route[] {
  const { service } = surroundings;
  const set = `${servicePath}/_apis/runtime/runnerscalesets/:id`;
  const queue = `${servicePath}/_apis/runtime/messagequeues/:session/messages`;
  return [
    route("POST", `${set}/sessions`, async (exchange) => {
      await requireService(exchange, surroundings);
      const { ownerName } = await exchange.json(openBody);
      return shown(surroundings, exchange, service.sessions.open(exchange.id("id"), ownerName));
    }),
    route("PATCH", `${set}/sessions/:session`, async (exchange) => {
      await requireService(exchange, surroundings);
      return shown(surroundings, exchange, service.sessions.refresh(ofSet(surroundings, exchange).id));
    }),
    route("DELETE", `${set}/sessions/:session`, async (exchange) => {
      await requireService(exchange, surroundings);
      service.sessions.close(ofSet(surroundings, exchange).id);
      return noContent;
    }),
    route("GET", `${set}/acquirablejobs`, async (exchange) => {
      await requireService(exchange, surroundings);
      const jobs = service.sessions.acquirableJobs(exchange.id("id"));
      return jobs.length === 0 ? noContent : ok(list(jobs.map((job) => jobView(job, "JobAvailable", exchange.origin))));
    }),
    route("POST", `${set}/acquirejobs`, async (exchange) => {
      const session = await requireQueue(exchange, surroundings);
      return ok(list(service.sessions.acquireJobs(session.id, await exchange.json(acquireBody))));
    }),
    route("GET", queue, (exchange) => nextMessage(surroundings, exchange)),
    route("DELETE", `${queue}/:message`, async (exchange) => {
      const session = await requireQueue(exchange, surroundings);
      service.sessions.acknowledge(session.id, exchange.id("message"));
      return noContent;
    }),
  ];
}

async function nextMessage(surroundings: Surroundings, exchange: Exchange): Promise<Reply> {
  const { service, wakeups, timing } = surroundings;
  const { id } = await requireQueue(exchange, surroundings);
  const lastMessageId = exchange.queryNumber("lastMessageId") ?? 0;
  const capacity = capacityOf(exchange);
  // The session may end while its poll is held: then the poll ends with 404 and the listener starts over.
  const next = () => service.sessions.nextMessage(id, lastMessageId, capacity);
  const message = await hold(next, wakeups, timing.listenerPollSeconds * 1000, exchange.signal);
  return message ? ok(messageView(message, service.sessions.get(id), service, exchange.origin)) : accepted();
}

/** ARC sends the header since 0.8; before that a listener acquires jobs itself. */
function capacityOf(exchange: Exchange): number | undefined {
  const header = exchange.header("x-scalesetmaxcapacity");
  return header === undefined || !/^\d+$/.test(header) ? undefined : Number(header);
}

function ofSet({ service }: Surroundings, exchange: Exchange): Session {
  const session = service.sessions.get(exchange.param("session"));
  if (session.scaleSetId !== exchange.id("id")) throw sessionNotFound(session.id);
  return session;
}

async function shown({ service, tokens }: Surroundings, exchange: Exchange, session: Session): Promise<Reply> {
  const { id, scaleSetId, generation } = session;
  const { token } = await tokens.issue("queue", { session: id, scaleSet: scaleSetId, generation });
  return ok(sessionView(session, service, exchange.origin, token));
}
