import { createHash, randomBytes } from "node:crypto";
import { checkAppToken, type GitHubApp } from "../auth/app";
import { Tokens } from "../auth/tokens";
import type { Exchange } from "../http/exchange";
import { badCredentials, created } from "../http/reply";
import { route, type Route } from "../http/router";
import type { Credential } from "./limits";
import type { Millis } from "./types";
import { time } from "./views";

export interface CredentialOptions {
  /** Personal access tokens that are accepted. @default every one */
  readonly tokens?: readonly string[];
  /** The GitHub App that may ask for installation tokens. @default none */
  readonly app?: GitHubApp;
  /** @default 3600, as with GitHub */
  readonly installationTokenSeconds?: number;
}

/** Who a token belongs to. All personal tokens are of one user. */
export function tokenCredential(token: string): Credential {
  return { kind: "token", holder: "user", salt: saltOf(token) };
}

export function installationCredential(installation: number, token: string): Credential {
  return { kind: "installation", holder: `installation ${installation}`, salt: saltOf(token) };
}

function saltOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Checks credentials where nobody else does: in a stand-in of its own, without the rest of GitHub. */
export class Credentials {
  private readonly issued: Tokens;

  constructor(
    private readonly options: CredentialOptions,
    private readonly now: () => Millis,
  ) {
    const seconds = options.installationTokenSeconds ?? 3600;
    const lifetimes = { installation: seconds, registration: seconds, service: seconds, queue: seconds };
    this.issued = new Tokens(new Uint8Array(randomBytes(32)), now, lifetimes);
  }

  async authorize(exchange: Exchange): Promise<Credential> {
    const { authorization } = exchange;
    if (!authorization || authorization.scheme === "remoteauth") throw badCredentials("Requires authentication");
    const { value } = authorization;
    if (value.startsWith("ghs_")) {
      const claims = await this.issued.check("installation", value.slice("ghs_".length));
      if (!claims) throw badCredentials();
      exchange.who = `app:${claims.app}`;
      return installationCredential(claims.installation, value);
    }
    if (this.options.tokens?.includes(value) === false) throw badCredentials();
    exchange.who = "token";
    return tokenCredential(value);
  }

  routes(): Route[] {
    return [
      route("POST", "/app/installations/:installation/access_tokens", async (exchange) => {
        const { app } = this.options;
        const { authorization } = exchange;
        if (!app || authorization?.scheme !== "bearer") throw badCredentials("A JSON web token could not be decoded");
        const refusal = await checkAppToken(app, authorization.value, this.now());
        if (refusal !== undefined) throw badCredentials(refusal);
        exchange.who = `app:${app.id}`;
        const claims = { app: app.id, installation: exchange.id("installation") };
        const { token, expiresAt } = await this.issued.issue("installation", claims);
        return created({
          token: `ghs_${token}`,
          expires_at: time(expiresAt.getTime()),
          permissions: { actions: "read", metadata: "read" },
          repository_selection: "all",
        });
      }),
    ];
  }
}
