import { notFound, ok } from "../http/reply";
import type { Route } from "../http/router";
import { repositoryRoute } from "./legacy-scopes";
import { fullRepositoryView } from "./repository-views";
import type { Surroundings } from "./surroundings";

/** Repositories, as far as their names and ids go. */
export function repositoryRoutes(around: Surroundings): Route[] {
  const { options, service } = around;
  return [
    repositoryRoute(around, "GET", "", (exchange, fullName) => {
      const known = options.repositories?.map((each) => each.toLowerCase());
      if (known?.includes(fullName.toLowerCase()) === false) throw notFound();
      const { owner, name } = service.organizations.repository(exchange.param("owner"), exchange.param("repo"));
      return ok(fullRepositoryView(owner, name, exchange.origin));
    }),
  ];
}
