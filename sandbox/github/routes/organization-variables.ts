import { z } from "zod";
import { created, noContent, notFound, RestError } from "../http/reply";
import type { Route } from "../http/router";
import { administrationRoute, checkRepositoryIds, restBody } from "./organization-access";
import { ids, sharedView, valueRoutes, visibility } from "./organization-values";
import type { Surroundings } from "./surroundings";

const path = "/variables";

const variableBody = z.object({
  name: z.string().regex(/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i),
  value: z.string(),
  visibility,
  selected_repository_ids: ids.optional(),
});

/** Variables of organizations, which everybody with access may read. */
export function organizationVariableRoutes(around: Surroundings): Route[] {
  const { organizations } = around.service;
  return [
    administrationRoute(around, "POST", path, async (exchange, organization) => {
      const { name, value, visibility: seen, selected_repository_ids: chosen } = await restBody(exchange, variableBody);
      if (organizations.value("variable", organization, name))
        throw new RestError(409, "Already exists - Variable already exists");
      checkRepositoryIds(around, organization, { visibility: seen, ids: chosen });
      organizations.set("variable", organization, name, value, { visibility: seen, repositoryIds: chosen ?? [] });
      return created({});
    }),
    administrationRoute(around, "PATCH", `${path}/:name`, async (exchange, organization) => {
      const known = organizations.value("variable", organization, exchange.param("name"));
      if (!known) throw notFound();
      const changes = await restBody(exchange, variableBody.partial());
      const audience = {
        visibility: changes.visibility ?? known.visibility,
        repositoryIds: changes.selected_repository_ids ?? known.repositoryIds,
      };
      checkRepositoryIds(around, organization, { visibility: audience.visibility, ids: audience.repositoryIds });
      if (changes.name !== undefined && changes.name.toUpperCase() !== known.name) organizations.remove(known);
      organizations.set("variable", organization, changes.name ?? known.name, changes.value ?? known.content, audience);
      return noContent;
    }),
    ...valueRoutes(around, "variable", path, (value, exchange) => ({
      ...sharedView(value, path, exchange),
      value: value.content,
    })),
  ];
}
