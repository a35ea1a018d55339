import { z } from "zod";
import { checkAppToken } from "../auth/app";
import type { Exchange } from "../http/exchange";
import { badCredentials, created, notFound, ok, type Reply } from "../http/reply";
import { route, type Route } from "../http/router";
import { installationToken, requireRestAccess } from "./guards";
import { servicePath, type Surroundings } from "./surroundings";

const registrationBody = z.object({ url: z.url(), runner_event: z.literal("register") });

/** The REST endpoints by which ARC turns its credential into access to the Actions service. */
export function restRoutes(surroundings: Surroundings): Route[] {
  const token = (scope: (exchange: Exchange) => string) => (exchange: Exchange) =>
    registrationToken(surroundings, exchange, scope(exchange));
  return [
    route("POST", "/app/installations/:installation/access_tokens", (exchange) => accessToken(surroundings, exchange)),
    route(
      "POST",
      "/orgs/:org/actions/runners/registration-token",
      token((exchange) => exchange.param("org")),
    ),
    route(
      "POST",
      "/repos/:owner/:repo/actions/runners/registration-token",
      token((exchange) => `${exchange.param("owner")}/${exchange.param("repo")}`),
    ),
    route(
      "POST",
      "/enterprises/:enterprise/actions/runners/registration-token",
      token((exchange) => `enterprises/${exchange.param("enterprise")}`),
    ),
    route("POST", "/actions/runner-registration", (exchange) => runnerRegistration(surroundings, exchange)),
  ];
}

async function accessToken({ options, tokens, now }: Surroundings, exchange: Exchange): Promise<Reply> {
  const { authorization } = exchange;
  if (!options.app || authorization?.scheme !== "bearer") throw badCredentials("A JSON web token could not be decoded");
  const refusal = await checkAppToken(options.app, authorization.value, now());
  if (refusal !== undefined) throw badCredentials(refusal);
  const app = options.app.id;
  exchange.who = `app:${app}`;
  const { token, expiresAt } = await tokens.issue("installation", { app, installation: exchange.id("installation") });
  return created({
    token: installationToken(app, token),
    expires_at: seconds(expiresAt),
    permissions: { organization_self_hosted_runners: "write", metadata: "read" },
    repository_selection: "all",
  });
}

async function registrationToken(surroundings: Surroundings, exchange: Exchange, scope: string): Promise<Reply> {
  await requireRestAccess(exchange, surroundings);
  // GitHub hides what a credential may not see behind 404.
  if (!exists(surroundings, scope)) throw notFound();
  const { token, expiresAt } = await surroundings.tokens.issue("registration", { scope });
  return created({ token, expires_at: seconds(expiresAt) });
}

/** Not in GitHub's published description; ARC and the runner use it (ARC github/actions/client.go). */
async function runnerRegistration({ tokens }: Surroundings, exchange: Exchange): Promise<Reply> {
  const { authorization } = exchange;
  const claims =
    authorization?.scheme === "remoteauth" ? await tokens.check("registration", authorization.value) : undefined;
  if (!claims) throw badCredentials("Invalid registration token");
  exchange.who = `registration:${claims.scope}`;
  const body = await exchange.json(registrationBody);
  if (scopeOf(body.url).toLowerCase() !== claims.scope.toLowerCase()) throw notFound();
  const { token } = await tokens.issue("service", { scope: claims.scope });
  // GitHub's base URL ends in a slash as well, and ARC 0.6.1 then asks for "//_apis".
  return ok({ url: `${exchange.origin}${servicePath}/`, token, token_schema: "OAuthAccessToken" });
}

export function exists({ options }: Surroundings, scope: string): boolean {
  const [first = "", second = ""] = scope.toLowerCase().split("/");
  const known = (names: readonly string[] | undefined, name: string) =>
    (names ?? []).some((candidate) => candidate.toLowerCase() === name);
  return first === "enterprises" ? known(options.enterprises, second) : known(options.organizations, first);
}

/** `https://host/acme/api` is registered in `acme/api`. */
export function scopeOf(url: string): string {
  return new URL(url).pathname.replace(/^\/+|\/+$/g, "");
}

/** GitHub gives these times without fractions of a second. */
export function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
