import { installationCredential, tokenCredential } from "../actions/credentials";
import type { Credential } from "../actions/limits";
import type { Exchange } from "../http/exchange";
import { badCredentials, unauthorized } from "../http/reply";
import type { Handler } from "../http/router";
import type { Session } from "../service/types";
import type { Surroundings } from "./surroundings";

/** Lets a personal access token or an App's installation token pass, as Basic (ARC 0.6.1), Bearer or `token`; says whose it is. */
export async function requireRestAccess(
  exchange: Exchange,
  { accessTokens, tokens }: Surroundings,
): Promise<Credential> {
  const { authorization } = exchange;
  if (!authorization || authorization.scheme === "remoteauth") throw badCredentials("Requires authentication");
  if (accessTokens.accepts(authorization.value)) {
    exchange.who = "token";
    return tokenCredential(authorization.value);
  }
  const claims = await tokens.check("installation", installationJwt(authorization.value));
  if (!claims) throw badCredentials();
  exchange.who = `app:${claims.app}`;
  return installationCredential(claims.installation, authorization.value);
}

/** Lets the JWT of the runner-registration call pass; gives the scope it is good for. */
export async function requireService(exchange: Exchange, { tokens }: Surroundings): Promise<string> {
  const { authorization } = exchange;
  const claims = authorization?.scheme === "bearer" ? await tokens.check("service", authorization.value) : undefined;
  if (!claims) throw unauthorized("the token of the Actions service is missing, invalid or expired");
  exchange.who = `service:${claims.scope}`;
  return claims.scope;
}

/** Lets the queue token of a live session pass; gives the session. */
export async function requireQueue(exchange: Exchange, { tokens, service }: Surroundings): Promise<Session> {
  const { authorization } = exchange;
  const claims = authorization?.scheme === "bearer" ? await tokens.check("queue", authorization.value) : undefined;
  const session = claims && service.state.sessions.get(claims.session);
  if (session?.generation !== claims?.generation || !session) throw unauthorized("the message queue token is expired");
  exchange.who = `listener:${session.owner}`;
  return session;
}

export function requireAdmin(exchange: Exchange, { adminTokens }: Surroundings): void {
  const { authorization } = exchange;
  if (!authorization || !adminTokens.accepts(authorization.value)) throw unauthorized("wrong admin token");
  exchange.who = "admin";
}

/** Lets only those reach a handler who have the token of the admin API. */
export const adminOnly =
  (surroundings: Surroundings) =>
  (handler: Handler): Handler =>
  (exchange) => {
    requireAdmin(exchange, surroundings);
    return handler(exchange);
  };

/** GitHub's present form: `ghs_<app id>_<JWT>`. */
export function installationToken(app: string, jwt: string): string {
  return `ghs_${app}_${jwt}`;
}

function installationJwt(token: string): string {
  return token.replace(/^ghs_[^_]*_/, "");
}
