import { notFound, ok } from "../http/reply";
import { route, type Route } from "../http/router";
import type { OrganizationValue } from "../service/types";
import { requireAdmin } from "./guards";
import { exists } from "./rest";
import type { Surroundings } from "./surroundings";

/** What workflows of a repository would get, values of secrets included. GitHub shows these to nobody but the workflow. */
export function organizationAdminRoutes(around: Surroundings): Route[] {
  const { secretBox, service } = around;
  const opened = async (value: OrganizationValue) => [value.name, await secretBox.open(value.content)] as const;
  return [
    route("GET", "/_sandbox/repositories/:owner/:repo/workflow-values", async (exchange) => {
      requireAdmin(exchange, around);
      const owner = exchange.param("owner");
      if (!exists(around, owner)) throw notFound();
      const repository = service.organizations.repository(owner, exchange.param("repo"));
      const secrets = await Promise.all(service.organizations.seenBy("secret", repository).map(opened));
      const variables = service.organizations
        .seenBy("variable", repository)
        .map(({ name, content }) => [name, content] as const);
      return ok({ secrets: Object.fromEntries(secrets), variables: Object.fromEntries(variables) });
    }),
  ];
}
