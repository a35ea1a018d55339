import { z } from "zod";
import type { Exchange } from "../http/exchange";
import { page } from "../http/page";
import { noContent, notFound, ok, type Reply, RestError } from "../http/reply";
import type { Route } from "../http/router";
import type { Repository, OrganizationValue } from "../service/types";
import { administrationRoute, checkRepositoryIds, restBody } from "./organization-access";
import { repositoryView } from "./repository-views";
import type { Surroundings } from "./surroundings";
import { seconds } from "./rest";

export const visibility = z.enum(["all", "private", "selected"]);
/** Of secrets GitHub takes texts too. */
export const ids = z.array(z.union([z.number().int(), z.string().regex(/^\d+$/)]).transform(Number));

const repositoriesBody = z.object({ selected_repository_ids: ids });

/** What secrets and variables have in common: they are found, removed, and given to repositories. `path` is `/secrets` or `/variables`. */
export function valueRoutes(
  around: Surroundings,
  kind: OrganizationValue["kind"],
  path: string,
  view: (value: OrganizationValue, exchange: Exchange) => object,
): Route[] {
  const { organizations } = around.service;
  const at = (exchange: Exchange, organization: string): OrganizationValue => {
    const value = organizations.value(kind, organization, exchange.param("name"));
    if (!value) throw notFound();
    return value;
  };
  const key = path.slice(1);
  return [
    administrationRoute(around, "GET", path, (exchange, organization) => {
      const { items, total, headers } = page(exchange, organizations.values(kind, organization));
      const body = { total_count: total, [key]: items.map((value) => view(value, exchange)) };
      return { status: 200, body, headers };
    }),
    administrationRoute(around, "GET", `${path}/:name`, (exchange, organization) =>
      ok(view(at(exchange, organization), exchange)),
    ),
    administrationRoute(around, "DELETE", `${path}/:name`, (exchange, organization) => {
      organizations.remove(at(exchange, organization));
      return noContent;
    }),
    administrationRoute(around, "GET", `${path}/:name/repositories`, (exchange, organization) => {
      const { repositoryIds } = selected(at(exchange, organization));
      return repositoryList(exchange, organizations.repositories(repositoryIds));
    }),
    administrationRoute(around, "PUT", `${path}/:name/repositories`, async (exchange, organization) => {
      const value = selected(at(exchange, organization));
      const body = await restBody(exchange, repositoriesBody);
      checkRepositoryIds(around, organization, { visibility: "selected", ids: body.selected_repository_ids });
      const audience = { visibility: value.visibility, repositoryIds: body.selected_repository_ids };
      organizations.set(kind, organization, value.name, value.content, audience);
      return noContent;
    }),
  ];
}

/** One page of repositories, as lists of chosen ones are shown: each in short, unless a list shows more of them. */
export function repositoryList(
  exchange: Exchange,
  repositories: readonly Repository[],
  view: (owner: string, name: string, origin: string) => object = repositoryView,
): Reply {
  const { items, total, headers } = page(exchange, repositories);
  const shown = items.map(({ owner, name }) => view(owner, name, exchange.origin));
  return { status: 200, body: { total_count: total, repositories: shown }, headers };
}

/** Times and visibility, which both kinds show. */
export function sharedView(value: OrganizationValue, path: string, exchange: Exchange) {
  const { name, createdAt, updatedAt, organization } = value;
  const url = `${exchange.origin}/api/v3/orgs/${organization}/actions${path}/${name}/repositories`;
  return {
    name,
    created_at: seconds(new Date(createdAt)),
    updated_at: seconds(new Date(updatedAt)),
    visibility: value.visibility,
    ...(value.visibility === "selected" && { selected_repositories_url: url }),
  };
}

function selected(value: OrganizationValue): OrganizationValue {
  if (value.visibility === "selected") return value;
  throw new RestError(409, "The visibility must be selected for repositories to be chosen");
}
