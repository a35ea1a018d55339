import { z } from "zod";
import type { Exchange } from "../http/exchange";
import { page } from "../http/page";
import { badCredentials, created, noContent, notFound, ok, type Reply } from "../http/reply";
import { route, type Route } from "../http/router";
import type { JitConfig } from "./agents";
import { everyScope } from "./legacy-scopes";
import { runnerView } from "./legacy-views";
import { restErrors } from "./organization-access";
import { scopeOf } from "./rest";
import { authenticate } from "./runner";
import type { Surroundings } from "./surroundings";

const registerBody = z.strictObject({
  /** The organisation, repository or enterprise, as `config.sh --url` is given it. */
  url: z.url(),
  name: z.string().min(1),
  labels: z.array(z.string().min(1)).default([]),
  group: z.string().min(1).optional(),
  ephemeral: z.boolean().default(false),
});

/** Runners that register themselves, and the REST endpoints by which the older kinds of ARC look after them. */
export function legacyRunnerRoutes(surroundings: Surroundings): Route[] {
  const { service } = surroundings;
  const runners = "/actions/runners";
  return [
    route("POST", "/_runner", (exchange) => register(surroundings, exchange)),
    route("DELETE", "/_runner/:agent", (exchange) => {
      const { id, registration } = authenticate(surroundings, exchange);
      if (registration) service.legacyRunners.remove(registration.scope, id);
      return noContent;
    }),
    ...everyScope(surroundings, "GET", runners, (exchange, scope) => {
      const { items, total, headers } = page(exchange, service.legacyRunners.list(scope));
      const body = { total_count: total, runners: items.map((agent) => runnerView(agent, service.legacyRunners)) };
      return { status: 200, body, headers };
    }),
    ...everyScope(surroundings, "GET", `${runners}/:runner`, (exchange, scope) =>
      restErrors(() => {
        const agent = service.legacyRunners.get(scope, exchange.id("runner"));
        return ok(runnerView(agent, service.legacyRunners));
      }),
    ),
    ...everyScope(surroundings, "DELETE", `${runners}/:runner`, (exchange, scope) =>
      restErrors(() => {
        service.legacyRunners.remove(scope, exchange.id("runner"));
        return noContent;
      }),
    ),
  ];
}

/** This call is the stand-in's own; the real runner registers at the Actions service in several steps that are not public. */
async function register({ service, tokens }: Surroundings, exchange: Exchange): Promise<Reply> {
  const { authorization } = exchange;
  const claims =
    authorization?.scheme === "remoteauth" ? await tokens.check("registration", authorization.value) : undefined;
  if (!claims) throw badCredentials("Invalid registration token");
  exchange.who = `registration:${claims.scope}`;
  const { url, ...request } = await exchange.json(registerBody);
  if (scopeOf(url).toLowerCase() !== claims.scope.toLowerCase()) throw notFound();
  const { agent, secret } = service.legacyRunners.register(claims.scope, request);
  const config: JitConfig = {
    serverUrl: exchange.origin,
    runnerId: agent.id,
    runnerName: agent.name,
    secret,
    workFolder: "_work",
  };
  return created(config);
}
