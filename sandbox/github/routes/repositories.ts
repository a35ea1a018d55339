import { notFound, ok } from "../http/reply";
import type { Route } from "../http/router";
import { organizationRoute, repositoryRoute } from "./legacy-scopes";
import { fullOrganizationView, fullRepositoryView } from "./repository-views";
import type { Surroundings } from "./surroundings";

/** Organizations and their repositories, as far as their names and ids go. The real plugin looks its organization up before all else. */
export function repositoryRoutes(around: Surroundings): Route[] {
  const { options, service } = around;
  return [
    organizationRoute(around, "GET", "", (exchange, organization) => {
      const login = options.organizations.find((each) => each.toLowerCase() === organization.toLowerCase());
      return ok(fullOrganizationView(login ?? organization, exchange.origin));
    }),
    repositoryRoute(around, "GET", "", (exchange, fullName) => {
      const known = options.repositories?.map((each) => each.toLowerCase());
      if (known?.includes(fullName.toLowerCase()) === false) throw notFound();
      const { owner, name } = service.organizations.repository(exchange.param("owner"), exchange.param("repo"));
      return ok(fullRepositoryView(owner, name, exchange.origin));
    }),
  ];
}
