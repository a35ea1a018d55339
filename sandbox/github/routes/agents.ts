import { z } from "zod";
import type { Exchange } from "../http/exchange";
import { noContent, ok, type Reply } from "../http/reply";
import { route, type Route } from "../http/router";
import { requireService } from "./guards";
import { servicePath, type Surroundings } from "./surroundings";
import { agentView, list } from "./views";

/** ARC 0.6.1 sends an empty work folder, later releases the container's working directory. */
const jitBody = z.object({ name: z.string().min(1), workFolder: z.string().optional() });

/** What a runner finds in its just-in-time configuration: base64 of this as JSON. */
export interface JitConfig {
  readonly serverUrl: string;
  readonly runnerId: number;
  readonly runnerName: string;
  readonly secret: string;
  readonly workFolder: string;
}

/** The controller's side: registering runners and taking them out again. */
export function agentRoutes(surroundings: Surroundings): Route[] {
  const { service } = surroundings;
  const agents = `${servicePath}/_apis/distributedtask/pools/0/agents`;
  return [
    route("POST", `${servicePath}/_apis/runtime/runnerscalesets/:id/generatejitconfig`, async (exchange) => {
      await requireService(exchange, surroundings);
      return jitConfig(surroundings, exchange);
    }),
    route("GET", agents, async (exchange) => {
      await requireService(exchange, surroundings);
      const name = exchange.query("agentName");
      const found = [...service.state.agents.values()].filter((agent) => name === undefined || agent.name === name);
      return ok(list(found.map(agentView)));
    }),
    route("GET", `${agents}/:agent`, async (exchange) => {
      await requireService(exchange, surroundings);
      return ok(agentView(service.agents.get(exchange.id("agent"))));
    }),
    route("DELETE", `${agents}/:agent`, async (exchange) => {
      await requireService(exchange, surroundings);
      service.agents.remove(exchange.id("agent"));
      return noContent;
    }),
  ];
}

async function jitConfig({ service }: Surroundings, exchange: Exchange): Promise<Reply> {
  const { name, workFolder } = await exchange.json(jitBody);
  const { agent, secret } = service.agents.register(exchange.id("id"), name);
  const config: JitConfig = {
    serverUrl: exchange.origin,
    runnerId: agent.id,
    runnerName: name,
    secret,
    workFolder: workFolder === undefined || workFolder === "" ? "_work" : workFolder,
  };
  const encodedJITConfig = Buffer.from(JSON.stringify(config)).toString("base64");
  return ok({ runner: agentView(agent), encodedJITConfig });
}
