import type { Exchange } from "../http/exchange";
import { page, pageSize } from "../http/page";
import { RestError } from "../http/reply";
import type { ActionsApiOptions } from "./api";
import { deliveryItemView, deliveryView } from "./deliveries";
import { listed, single, type Endpoint } from "./endpoint";
import type { Repository } from "./types";
import { listedRepositoryView } from "./views";

/** Lists of repositories, the limits, and the delivery logs of an organisation's webhooks. */
export function organizationEndpoints(options: ActionsApiOptions): Endpoint[] {
  const { model, limits } = options;
  const hookOf = (exchange: Exchange) => {
    const hook = options.webhooks.get(exchange.id("hook"));
    return hook?.spec.organization.toLowerCase() === exchange.param("org").toLowerCase() ? hook : undefined;
  };
  return [
    {
      pattern: "/orgs/:org/repos",
      show: (exchange) => {
        const org = exchange.param("org");
        const all = model.registry.list(org);
        if (!(options.exists?.(org) ?? all.length > 0)) return undefined;
        return listed(page(exchange, sorted(exchange, all)), part(exchange));
      },
    },
    {
      pattern: "/installation/repositories",
      show: (exchange, { kind }) => {
        if (kind !== "installation") {
          throw new RestError(
            403,
            "You must authenticate with an installation access token in order to list repositories for an installation.",
          );
        }
        return listed(page(exchange, model.registry.list()), part(exchange), "repositories");
      },
    },
    {
      pattern: "/rate_limit",
      free: true,
      show: (_, credential) => {
        const core = { ...limits.overview(credential), resource: "core" };
        const search = { limit: 30, used: 0, remaining: 30, reset: core.reset, resource: "search" };
        return single({ resources: { core, search }, rate: core });
      },
    },
    {
      pattern: "/orgs/:org/hooks/:hook/deliveries",
      show: (exchange) => {
        const hook = hookOf(exchange);
        if (!hook) return undefined;
        const { items, next } = hook.log.list(pageSize(exchange), exchange.queryNumber("cursor"));
        const headers: Record<string, string> = next === undefined ? {} : { Link: nextLink(exchange.url, next) };
        const text = (item: (typeof items)[number]) => JSON.stringify(deliveryItemView(item));
        return listed({ items, total: items.length, headers }, { version: ({ id }) => String(id), text });
      },
    },
    {
      pattern: "/orgs/:org/hooks/:hook/deliveries/:delivery",
      show: (exchange) => {
        const delivery = hookOf(exchange)?.log.get(exchange.id("delivery"));
        return delivery && single(deliveryView(delivery));
      },
    },
  ];
}

function part({ origin }: Exchange) {
  return {
    version: (one: Repository) => `${one.fullName}/${one.pushedAt}/${one.archived}/${one.defaultBranch}`,
    text: (one: Repository) => JSON.stringify(listedRepositoryView(one, origin)),
  };
}

/** By `sort` and `direction`; newest first when neither is given. */
function sorted(exchange: Exchange, all: readonly Repository[]): Repository[] {
  const sort = exchange.query("sort") ?? "created";
  const key = (one: Repository) =>
    sort === "full_name" ? one.fullName : sort === "created" ? one.createdAt : one.pushedAt;
  const ascending = (exchange.query("direction") ?? (sort === "full_name" ? "asc" : "desc")) === "asc";
  const order = (left: Repository, right: Repository) => {
    const [a, b] = [key(left), key(right)];
    return (a < b ? -1 : a > b ? 1 : 0) || (left.fullName < right.fullName ? -1 : 1);
  };
  const list = [...all].sort(order);
  return ascending ? list : list.reverse();
}

function nextLink(url: URL, cursor: number): string {
  const target = new URL(url);
  target.searchParams.set("cursor", String(cursor));
  return `<${target.href}>; rel="next"`;
}
