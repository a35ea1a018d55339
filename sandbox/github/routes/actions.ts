import { actionsRoutes } from "../actions/api";
import type { Route } from "../http/router";
import { requireRestAccess } from "./guards";
import { exists } from "./rest";
import type { Surroundings } from "./surroundings";

/** Runs, jobs, workflows, lists of repositories and delivery logs. The older kinds of ARC count runners by some of these. */
export function actionsApiRoutes(around: Surroundings): Route[] {
  const { model, webhooks, limits } = around.actions;
  return actionsRoutes({
    ...{ model, webhooks, limits },
    authorize: (exchange) => requireRestAccess(exchange, around),
    exists: (scope) => exists(around, scope),
  });
}
