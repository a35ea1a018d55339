import { z } from "zod";
import type { Exchange } from "../http/exchange";
import { page } from "../http/page";
import { created, noContent, ok, type Reply } from "../http/reply";
import type { Route } from "../http/router";
import { repositoryId } from "../service/numeric-ids";
import { openAccess } from "../service/runner-groups";
import type { RunnerGroup } from "../service/types";
import { organizationRoute } from "./legacy-scopes";
import { administrationRoute, checkRepositoryIds, restBody, restErrors } from "./organization-access";
import { ids, repositoryList, visibility } from "./organization-values";
import type { Surroundings } from "./surroundings";

const path = "/runner-groups";

const changeBody = z.object({
  name: z.string().min(1),
  visibility: visibility.optional(),
  allows_public_repositories: z.boolean().optional(),
  restricted_to_workflows: z.boolean().optional(),
  selected_workflows: z.array(z.string()).optional(),
});
const createBody = changeBody.extend({ selected_repository_ids: ids.optional() });
const repositoriesBody = z.object({ selected_repository_ids: ids });

/** Runner groups of an organization. Whoever looks after runners may see them; to change them takes more. */
export function runnerGroupRoutes(around: Surroundings): Route[] {
  const { organizations, runnerGroups, scaleSets } = around.service;
  const view = (group: RunnerGroup, organization: string, exchange: Exchange) =>
    runnerGroupView(around, group, organization, exchange.origin);
  return [
    organizationRoute(around, "GET", `/actions${path}`, (exchange, organization) => {
      const repository = exchange.query("visible_to_repository");
      const seen = scaleSets
        .groups()
        .filter(
          (group) =>
            repository === undefined ||
            runnerGroups.isVisibleTo(group, repositoryId(`${organization}/${repository.split("/").at(-1) ?? ""}`)),
        );
      const { items, total, headers } = page(exchange, seen);
      const shown = items.map((group) => view(group, organization, exchange));
      return { status: 200, body: { total_count: total, runner_groups: shown }, headers };
    }),
    organizationRoute(around, "GET", `/actions${path}/:group`, (exchange, organization) =>
      restErrors(() => ok(view(scaleSets.group(exchange.id("group")), organization, exchange))),
    ),
    organizationRoute(around, "GET", `/actions${path}/:group/repositories`, (exchange) =>
      restErrors(() => {
        const { repositoryIds } = runnerGroups.accessOf(scaleSets.group(exchange.id("group")));
        return repositoryList(exchange, organizations.repositories(repositoryIds));
      }),
    ),
    administrationRoute(around, "POST", path, (exchange, organization) => create(around, exchange, organization)),
    administrationRoute(around, "PATCH", `${path}/:group`, async (exchange, organization) => {
      const { name, ...body } = await restBody(exchange, changeBody);
      const changes = { name, access: accessOf(body) };
      return restErrors(() => ok(view(runnerGroups.update(exchange.id("group"), changes), organization, exchange)));
    }),
    administrationRoute(around, "PUT", `${path}/:group/repositories`, async (exchange, organization) => {
      const { selected_repository_ids: repositoryIds } = await restBody(exchange, repositoriesBody);
      return restErrors(() => {
        const group = scaleSets.group(exchange.id("group"));
        checkRepositoryIds(around, organization, {
          visibility: runnerGroups.accessOf(group).visibility,
          ids: repositoryIds,
        });
        runnerGroups.update(group.id, { name: group.name, access: { repositoryIds } });
        return noContent;
      });
    }),
    administrationRoute(around, "DELETE", `${path}/:group`, (exchange) =>
      restErrors(() => {
        runnerGroups.remove(exchange.id("group"));
        return noContent;
      }),
    ),
  ];
}

async function create(around: Surroundings, exchange: Exchange, organization: string): Promise<Reply> {
  const { name, selected_repository_ids: repositoryIds, ...body } = await restBody(exchange, createBody);
  const access = { ...openAccess, ...definedOf(accessOf(body)), repositoryIds: repositoryIds ?? [] };
  checkRepositoryIds(around, organization, { visibility: access.visibility, ids: repositoryIds });
  return restErrors(() => {
    const group = around.service.runnerGroups.create(name, access);
    return created(runnerGroupView(around, group, organization, exchange.origin));
  });
}

function accessOf(body: Omit<z.infer<typeof changeBody>, "name">) {
  return {
    visibility: body.visibility,
    allowsPublicRepositories: body.allows_public_repositories,
    restrictedToWorkflows: body.restricted_to_workflows,
    selectedWorkflows: body.selected_workflows,
  };
}

function definedOf<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function runnerGroupView(around: Surroundings, group: RunnerGroup, organization: string, origin: string) {
  const access = around.service.runnerGroups.accessOf(group);
  const url = `${origin}/api/v3/orgs/${organization}/actions${path}/${group.id}`;
  return {
    id: group.id,
    name: group.name,
    visibility: access.visibility,
    default: group.isDefault,
    ...(access.visibility === "selected" && { selected_repositories_url: `${url}/repositories` }),
    runners_url: `${url}/runners`,
    inherited: false,
    allows_public_repositories: access.allowsPublicRepositories,
    restricted_to_workflows: access.restrictedToWorkflows,
    selected_workflows: [...access.selectedWorkflows],
  };
}
