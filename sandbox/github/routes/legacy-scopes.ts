import type { Exchange } from "../http/exchange";
import { notFound, type Reply } from "../http/reply";
import { route, type Route } from "../http/router";
import { requireRestAccess } from "./guards";
import { exists } from "./rest";
import type { Surroundings } from "./surroundings";

type ScopedHandler = (exchange: Exchange, scope: string) => Reply | Promise<Reply>;

const repository = (exchange: Exchange) => `${exchange.param("owner")}/${exchange.param("repo")}`;

/** A REST endpoint of one kind of owner, for callers that may see it. GitHub hides the others behind 404. */
function scoped(
  surroundings: Surroundings,
  method: string,
  pattern: string,
  scopeOf: (exchange: Exchange) => string,
  handler: ScopedHandler,
): Route {
  return route(method, pattern, async (exchange) => {
    await requireRestAccess(exchange, surroundings);
    const scope = scopeOf(exchange);
    if (!exists(surroundings, scope)) throw notFound();
    return handler(exchange, scope);
  });
}

/** `/repos/{owner}/{repo}` and what follows. */
export const repositoryRoute = (around: Surroundings, method: string, path: string, handler: ScopedHandler): Route =>
  scoped(around, method, `/repos/:owner/:repo${path}`, repository, handler);

/** `/orgs/{org}` and what follows. */
export const organizationRoute = (around: Surroundings, method: string, path: string, handler: ScopedHandler): Route =>
  scoped(around, method, `/orgs/:org${path}`, (exchange) => exchange.param("org"), handler);

/** The same path below an organisation, a repository and an enterprise. */
export const everyScope = (around: Surroundings, method: string, path: string, handler: ScopedHandler): Route[] => [
  organizationRoute(around, method, path, handler),
  repositoryRoute(around, method, path, handler),
  scoped(
    around,
    method,
    `/enterprises/:enterprise${path}`,
    (exchange) => `enterprises/${exchange.param("enterprise")}`,
    handler,
  ),
];
