import { z } from "zod";
import type { Exchange } from "../http/exchange";
import { noContent, ok } from "../http/reply";
import { route, type Handler, type Route } from "../http/router";
import { requireService } from "./guards";
import { servicePath, type Surroundings } from "./surroundings";
import { groupView, list, scaleSetView } from "./views";

const label = z.object({ type: z.string(), name: z.string() });
const setting = z.record(z.string(), z.unknown());

/** ARC sends the whole object, with zero values left out; what it may not choose (id, times) is ignored. */
const createBody = z.object({
  name: z.string().min(1),
  runnerGroupId: z.number().int().default(1),
  labels: z.array(label).optional(),
  RunnerSetting: setting.optional(),
});

const updateBody = createBody.partial().extend({ runnerGroupId: z.number().int().optional() });

/** Runner groups and runner scale sets. */
export function scaleSetRoutes(surroundings: Surroundings): Route[] {
  const { service } = surroundings;
  const base = `${servicePath}/_apis/runtime`;
  const guarded =
    (handler: (exchange: Exchange, scope: string) => ReturnType<Handler>): Handler =>
    async (exchange) =>
      handler(exchange, await requireService(exchange, surroundings));
  const shown = (exchange: Exchange, id: number) =>
    ok(scaleSetView(service.scaleSets.get(id), service, exchange.origin));

  return [
    route(
      "GET",
      `${base}/runnergroups`,
      guarded((exchange) =>
        ok(list(service.scaleSets.groups(exchange.query("groupName")).map((group) => groupView(group, service)))),
      ),
    ),
    route(
      "GET",
      `${base}/runnerscalesets`,
      guarded((exchange, scope) => {
        const filter = { scope, runnerGroupId: exchange.queryNumber("runnerGroupId"), name: exchange.query("name") };
        return ok(list(service.scaleSets.list(filter).map((set) => scaleSetView(set, service, exchange.origin))));
      }),
    ),
    route(
      "POST",
      `${base}/runnerscalesets`,
      guarded(async (exchange, scope) => {
        const { RunnerSetting, ...request } = await exchange.json(createBody);
        return shown(exchange, service.scaleSets.create(scope, { ...request, setting: RunnerSetting }).id);
      }),
    ),
    route(
      "GET",
      `${base}/runnerscalesets/:id`,
      guarded((exchange) => shown(exchange, exchange.id("id"))),
    ),
    route(
      "PATCH",
      `${base}/runnerscalesets/:id`,
      guarded(async (exchange) => {
        const { RunnerSetting, ...request } = await exchange.json(updateBody);
        return shown(exchange, service.scaleSets.update(exchange.id("id"), { ...request, setting: RunnerSetting }).id);
      }),
    ),
    route(
      "DELETE",
      `${base}/runnerscalesets/:id`,
      guarded((exchange) => {
        service.scaleSets.remove(exchange.id("id"));
        return noContent;
      }),
    ),
  ];
}
