import type { Exchange } from "../http/exchange";
import { errorReply, notFound, RestError, type Reply } from "../http/reply";
import { route, type Route } from "../http/router";
import { entityTag, isKnown } from "./conditional";
import type { Endpoint } from "./endpoint";
import { organizationEndpoints } from "./endpoints-organization";
import { runEndpoints } from "./endpoints-runs";
import type { Credential, RateLimits, Refusal } from "./limits";
import type { ActionsModel } from "./model";
import type { Webhooks } from "./webhooks";

/** What the endpoints work with. */
export interface ActionsApiOptions {
  readonly model: ActionsModel;
  readonly webhooks: Webhooks;
  readonly limits: RateLimits;
  /** Lets the request pass and says whose it is, or throws what the refusal is to say. */
  readonly authorize: (exchange: Exchange) => Credential | Promise<Credential>;
  /** Whether there is such an organisation, or a repository `owner/name`. @default those of the model */
  readonly exists?: (scope: string) => boolean;
  /** The jobs of a run are shown as running for so long after their end, as is seen with GitHub now and then. @default 0 */
  readonly jobsLagMillis?: number;
}

/** The REST endpoints of GitHub Actions, with limits and conditional requests. */
export function actionsRoutes(options: ActionsApiOptions): Route[] {
  const endpoints = [...runEndpoints(options), ...organizationEndpoints(options)];
  return endpoints.map((endpoint) => endpointRoute(endpoint, options));
}

/** The endpoint, guarded, counted and conditional. */
export function endpointRoute(endpoint: Endpoint, options: ActionsApiOptions): Route {
  return route("GET", endpoint.pattern, async (exchange) => {
    const credential = await options.authorize(exchange);
    const refusal = options.limits.enter(credential);
    exchange.afterwards.push(() => options.limits.leave(credential, refusal));
    if (refusal) return refused(exchange, refusal);
    const reply = answer(endpoint, exchange, credential);
    const charged = endpoint.free !== true && reply.status !== 304;
    if (charged) options.limits.charge(credential);
    exchange.note = { charged };
    return { ...reply, headers: { ...reply.headers, ...options.limits.headers(credential), ...usualHeaders } };
  });
}

const usualHeaders = { "X-GitHub-Media-Type": "github.v3; format=json", "X-GitHub-Api-Version-Selected": "2022-11-28" };

function answer(endpoint: Endpoint, exchange: Exchange, credential: Credential): Reply {
  try {
    const shown = endpoint.show(exchange, credential);
    if (!shown) throw notFound();
    const tag = entityTag(credential.salt, exchange.url.href, shown.version);
    const headers = {
      ...shown.headers,
      ETag: tag,
      "Cache-Control": "private, max-age=60, s-maxage=60",
      Vary: "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With",
    };
    if (isKnown(tag, exchange.header("if-none-match"))) return { status: 304, headers };
    return { status: 200, headers, text: shown.body() };
  } catch (error) {
    // Refusals are counted as well, so they need the headers that say so.
    if (error instanceof RestError) return errorReply(error);
    throw error;
  }
}

function refused(exchange: Exchange, { limited, status, headers, message, early }: Refusal): Reply {
  exchange.note = { charged: false, limited, early };
  return { ...errorReply(new RestError(status, message)), headers };
}
