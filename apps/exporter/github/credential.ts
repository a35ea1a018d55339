import type { Credential } from "./client";
import type { Clock } from "./clock";
import type { Http } from "./http";
import type { Millis } from "../core/facts";

/** Gives the credential of a request; see `ClientOptions.credential`. */
export type CredentialSource = (spread: number) => Promise<Credential>;

export interface AppCredentialOptions {
  readonly apiUrl: string;
  readonly appId: string;
  readonly installationId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly clock: Clock;
  readonly http: Pick<Http, "send">;
}

const minute = 60_000;
/** A token lives an hour. The next one is made when this much is over, and askers change over within the time that both are good. */
export const renewAfterMs = 45 * minute;
const changeOverMs = 12 * minute;
/** After a failure to get a new one, while the old one is still good. */
const retryMs = minute;

/** Tokens of an installation of a GitHub App. */
export function appCredential({
  apiUrl,
  appId,
  installationId,
  privateKey,
  clock,
  http,
}: AppCredentialOptions): CredentialSource {
  const mint = async (): Promise<string> => {
    // Modules that can only be imported, not required.
    const [{ createAppAuth }, { request }] = await Promise.all([
      import("@octokit/auth-app"),
      import("@octokit/request"),
    ]);
    const auth = createAppAuth({
      appId,
      installationId,
      privateKey,
      request: request.defaults({ baseUrl: apiUrl, request: { fetch: fetchBy(http) } }),
    });
    return (await auth({ type: "installation", refresh: true })).token;
  };
  return rotating(mint, clock);
}

/** `fetch` as far as Octokit needs it, by the same ways as all other requests: Node's own knows no proxy. */
function fetchBy(http: Pick<Http, "send">): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = Object.fromEntries(new Headers(init.headers));
    const body = typeof init.body === "string" ? { body: init.body } : {};
    const {
      status,
      headers: answered,
      text,
    } = await http.send({ url, method: init.method ?? "GET", headers, ...body });
    return new Response(text, { status, headers: { "content-type": answered["content-type"] ?? "text/plain" } });
  };
}

interface Minted {
  readonly credential: Credential;
  readonly at: Millis;
}

/** Makes a new token when the newest is three quarters of an hour old, and lets askers change to it one after the other. */
export function rotating(mint: () => Promise<string>, clock: Clock): CredentialSource {
  let newest: Minted | undefined;
  let previous: Minted | undefined;
  let pending: Promise<Minted> | undefined;
  let retryAt = 0;
  const renew = (): Promise<Minted> => {
    pending ??= mint()
      .then((token) => {
        const generation = (newest?.credential.generation ?? 0) + 1;
        previous = newest;
        newest = { credential: { header: `Bearer ${token}`, generation }, at: clock.now() };
        return newest;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };
  return async (spread) => {
    const now = clock.now();
    if (newest === undefined) return (await renew()).credential;
    if (now - newest.at >= renewAfterMs && now >= retryAt) {
      const old = newest;
      const renewed = await renew().catch((error: unknown) => {
        // The old one is good for a while; only then the requests fail.
        if (now - old.at >= renewAfterMs + changeOverMs) throw error;
        retryAt = now + retryMs;
        return old;
      });
      newest = renewed;
    }
    const changed = now - newest.at >= spread * changeOverMs;
    return changed || previous === undefined ? newest.credential : previous.credential;
  };
}

/** A token out of a file that somebody else may renew. */
export function tokenCredential(read: () => string): CredentialSource {
  let last: string | undefined;
  let generation = 0;
  return () => {
    const token = read();
    if (token !== last) generation += 1;
    last = token;
    return Promise.resolve({ header: `Bearer ${token}`, generation });
  };
}
