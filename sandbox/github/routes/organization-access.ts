import type { z } from "zod";
import type { Exchange } from "../http/exchange";
import { notFound, type Reply, RestError, unprocessable } from "../http/reply";
import { route, type Route } from "../http/router";
import { ServiceError } from "../service";
import { requireRestAccess } from "./guards";
import { exists } from "./rest";
import type { Surroundings } from "./surroundings";

type OrganizationHandler = (exchange: Exchange, organization: string) => Reply | Promise<Reply>;

/**
 * `/orgs/{org}/actions` and what follows, for whoever may administer the organization: a personal access token. The App of the platform is
 * installed for runners alone, so GitHub refuses it.
 */
export function administrationRoute(
  around: Surroundings,
  method: string,
  path: string,
  handler: OrganizationHandler,
): Route {
  return route(method, `/orgs/:org/actions${path}`, async (exchange) => {
    await requireRestAccess(exchange, around);
    const organization = exchange.param("org");
    if (!exists(around, organization)) throw notFound();
    if (exchange.who.startsWith("app:")) throw new RestError(403, "Resource not accessible by integration");
    return handler(exchange, organization);
  });
}

/** Says in the REST API's way what the service refused. A conflict stays one; all else that cannot be done is 422. */
export function restErrors(handler: () => Reply): Reply {
  try {
    return handler();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === 404) throw notFound();
    throw new RestError(error.status === 409 ? 409 : 422, error.message);
  }
}

/** The body of a request of the REST API, which says 422 to one that it cannot use. */
export async function restBody<T extends z.ZodType>(exchange: Exchange, schema: T): Promise<z.infer<T>> {
  try {
    return await exchange.json(schema);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw error.message === "the body is not JSON"
      ? new RestError(400, "Problems parsing JSON")
      : unprocessable(`Invalid request. ${error.message}`);
  }
}

/** Ids that GitHub would refuse: lists belong to `selected`, and name repositories of the organization. */
export function checkRepositoryIds(
  { service }: Surroundings,
  organization: string,
  { visibility, ids }: { readonly visibility: string; readonly ids: readonly number[] | undefined },
): void {
  if (ids !== undefined && ids.length > 0 && visibility !== "selected")
    throw unprocessable("selected_repository_ids is only for visibility selected");
  const unknown = service.organizations.unknownIds(organization, ids ?? []);
  if (unknown.length > 0) throw unprocessable(`no repositories of ${organization} with the ids ${unknown.join(", ")}`);
}
