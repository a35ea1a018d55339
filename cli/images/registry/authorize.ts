import { z } from "zod";
import { parseChallenges } from "./challenge";
import type { Credentials } from "./credentials";
import { RegistryError } from "./errors";
import type { Incoming, Outgoing, Transport } from "./transport";

/** What is asked for, and with what. */
export interface Access {
  /** As references name it, for messages and `docker login`. */
  readonly registry: string;
  readonly repository: string;
  readonly credentials: Credentials | undefined;
  /** Whether the registry itself is spoken to without TLS, so that its token service may be too. */
  readonly plainHttp: boolean;
}

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * The `Authorization` header that answers a registry's challenge: a token of its token service (asked for with the credentials, or
 * anonymously), or the credentials themselves. Source: distribution/distribution, docs "Token Authentication Specification".
 */
export async function authorize(challenged: Incoming, access: Access, send: Transport): Promise<string> {
  const challenges = parseChallenges(challenged.headers.get("www-authenticate") ?? "");
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (bearer) return `Bearer ${await fetchToken(bearer.parameters, access, send)}`;
  if (!challenges.some(({ scheme }) => scheme === "basic")) {
    throw new RegistryError("wrong", `${access.registry} answers 401 without saying how to log in`);
  }
  if (!access.credentials || !("username" in access.credentials)) throw denied(access);
  return basic(access.credentials.username, access.credentials.password);
}

/** The error for an image that stays closed. Registries answer the same way for images that do not exist. */
export function denied({ registry, credentials }: Access): RegistryError {
  return new RegistryError(
    "denied",
    credentials
      ? `${registry} does not show it to the login kept for it: check the name and the login's rights, or log in anew with \`docker login ${registry}\``
      : `${registry} does not show it to everybody: check the name, or log in with \`docker login ${registry}\``,
  );
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

async function fetchToken(
  parameters: Readonly<Record<string, string>>,
  access: Access,
  send: Transport,
): Promise<string> {
  const realm = realmOf(parameters["realm"], access);
  const service = parameters["service"];
  const scope = parameters["scope"] ?? `repository:${access.repository}:pull`;
  const answer = await send(
    tokenRequest(realm, { ...(service !== undefined && { service }), scope }, access.credentials),
  );
  if (answer.status === 401 || answer.status === 403) throw denied(access);
  const token = answer.status === 200 ? readToken(answer.body) : undefined;
  if (token === undefined) {
    throw new RegistryError(
      "wrong",
      `${realm.host}, the token service of ${access.registry}, answers ${answer.status} without a token`,
    );
  }
  return token;
}

/** Credentials go to this address, so a registry must not be able to send them over the open network. */
function realmOf(text: string | undefined, { registry, plainHttp }: Access): URL {
  const realm = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  if (realm?.protocol !== "https:" && !(realm?.protocol === "http:" && plainHttp)) {
    throw new RegistryError(
      "wrong",
      `${registry} names no token service with https (realm ${JSON.stringify(text ?? "")})`,
    );
  }
  return realm;
}

function tokenRequest(realm: URL, query: Record<string, string>, credentials: Credentials | undefined): Outgoing {
  if (credentials && "identityToken" in credentials) {
    const form = {
      ...query,
      grant_type: "refresh_token",
      client_id: "runner-platform",
      refresh_token: credentials.identityToken,
    };
    return {
      method: "POST",
      url: realm,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    };
  }
  const url = new URL(realm);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return {
    method: "GET",
    url,
    headers: { ...(credentials && { Authorization: basic(credentials.username, credentials.password) }) },
  };
}

function readToken(body: Buffer): string | undefined {
  try {
    const { token, access_token: accessToken } = tokenSchema.parse(JSON.parse(body.toString("utf8")));
    return [token, accessToken].find((text) => text !== undefined && text !== "");
  } catch {
    return undefined;
  }
}
