import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PlatformActions } from "./actions/platform";
import { TokenFile } from "./auth/credentials";
import { signingKey } from "./auth/keys";
import { SecretBox } from "./auth/secret-box";
import { Tokens } from "./auth/tokens";
import { dispatch } from "./http/dispatch";
import { Exchange } from "./http/exchange";
import { Wakeups } from "./http/long-poll";
import { RequestLog } from "./http/request-log";
import { Router } from "./http/router";
import { send } from "./http/send";
import { defaultTiming, type GitHubOptions } from "./options";
import { actionsApiRoutes } from "./routes/actions";
import { actionsAdminRoutes } from "./routes/actions-admin";
import { adminRoutes } from "./routes/admin";
import { agentRoutes } from "./routes/agents";
import { legacyRunnerRoutes } from "./routes/legacy-runners";
import { oidcRoutes } from "./routes/oidc";
import { organizationAdminRoutes } from "./routes/organization-admin";
import { organizationPermissionRoutes } from "./routes/organization-permissions";
import { organizationSecretRoutes } from "./routes/organization-secrets";
import { organizationVariableRoutes } from "./routes/organization-variables";
import { repositoryRoutes } from "./routes/repositories";
import { restRoutes } from "./routes/rest";
import { runnerRoutes } from "./routes/runner";
import { runnerGroupRoutes } from "./routes/runner-groups";
import { scaleSetRoutes } from "./routes/scale-sets";
import { sessionRoutes } from "./routes/sessions";
import type { Surroundings } from "./routes/surroundings";
import { ActionsService } from "./service";
import { Store } from "./store";

/** A stand-in for GitHub that serves. */
export class GitHubServer {
  private readonly servers: Server[] = [];
  private readonly stopping = new AbortController();
  private readonly store: Store;
  private readonly log: RequestLog;
  private readonly router: Router;
  private readonly ticker: NodeJS.Timeout;
  readonly service: ActionsService;
  readonly actions: PlatformActions;

  /** @param onStop called when the admin API asks for the end */
  constructor(
    private readonly options: GitHubOptions,
    onStop: () => void = () => undefined,
  ) {
    const timing = { ...defaultTiming, ...options.timing };
    const now = Date.now;
    const wakeups = new Wakeups();
    this.store = new Store(options.stateFolder);
    this.service = new ActionsService({
      now,
      ids: { uuid: randomUUID, secret: () => randomBytes(32).toString("base64url") },
      organization: options.organizations[0] ?? "acme",
      limits: {
        sessionMillis: timing.sessionSeconds * 1000,
        runnerMillis: timing.runnerSeconds * 1000,
        reportMillis: timing.reportSeconds * 1000,
      },
      runnerGroups: options.runnerGroups,
      journal: this.store.load(),
      wake: () => wakeups.ring(),
    });
    this.store.compact(this.service.state);
    this.actions = new PlatformActions({
      service: this.service,
      stateFolder: options.stateFolder,
      repositories: options.repositories ?? [],
      limits: options.limits ?? {},
      origin: () => options.publicUrl ?? this.urls()[0] ?? "http://localhost",
    });
    this.log = new RequestLog(options.stateFolder);
    this.router = new Router(this.routes(timing, wakeups, now, onStop));
    this.ticker = setInterval(() => {
      this.service.tick();
      this.store.flush(this.service.state);
    }, 200);
  }

  /** Listens on all addresses; gives the URLs. */
  async listen(): Promise<string[]> {
    for (const address of this.options.listen) {
      const { host, port } = splitAddress(address);
      // Longer than the 90 s for which Go's client keeps an idle connection: the client shall be the one to close it.
      const server = createServer({ keepAliveTimeout: 120_000, headersTimeout: 130_000 }, (request, response) => {
        void this.serve(request, response);
      });
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, resolve);
      });
      this.servers.push(server);
    }
    return this.urls();
  }

  private urls(): string[] {
    return this.servers.map((server) => {
      const { address, family, port } = server.address() as AddressInfo;
      return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    });
  }

  /** Answers what is held, stops listening and writes everything down. */
  async close(): Promise<void> {
    clearInterval(this.ticker);
    this.actions.close();
    this.stopping.abort();
    const closed = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    // Replies to the polls just ended go out first; then nothing is left to wait for.
    setTimeout(() => this.servers.forEach((server) => server.closeAllConnections()), 500).unref();
    for (const server of this.servers) server.closeIdleConnections();
    await Promise.all(closed);
    this.store.compact(this.service.state);
    await this.log.close();
  }

  private routes(timing: Surroundings["timing"], wakeups: Wakeups, now: () => number, onStop: () => void) {
    const { options, service, actions } = this;
    const lifetimes = { installation: 3600, registration: 3600, service: timing.serviceTokenSeconds };
    const tokens = new Tokens(signingKey(options.stateFolder), now, { ...lifetimes, queue: timing.queueTokenSeconds });
    const accessTokens = new TokenFile(options.tokenFile);
    const adminTokens = new TokenFile(options.adminTokenFile ?? options.tokenFile);
    accessTokens.check();
    adminTokens.check();
    const stop = () => setTimeout(onStop, 50);
    const secretBox = new SecretBox(options.stateFolder);
    const credentials = { tokens, accessTokens, adminTokens, secretBox };
    const around: Surroundings = { options, timing, service, actions, ...credentials, wakeups, now, stop };
    const usual = [restRoutes, scaleSetRoutes, sessionRoutes, agentRoutes, runnerRoutes, adminRoutes, oidcRoutes];
    const values = [organizationSecretRoutes, organizationVariableRoutes, organizationAdminRoutes];
    const ofActions = [actionsApiRoutes, actionsAdminRoutes];
    const ofOrganizations = [...values, runnerGroupRoutes, organizationPermissionRoutes, repositoryRoutes];
    return [...usual, ...ofOrganizations, legacyRunnerRoutes, ...ofActions].flatMap((make) => make(around));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const exchange = new Exchange(
      request,
      AbortSignal.any([gone.signal, this.stopping.signal]),
      this.options.publicUrl,
    );
    const reply = await dispatch(this.router, exchange);
    // On disk before it is told: whoever has an answer can rely on it.
    this.store.flush(this.service.state);
    const bytes = send(response, reply, exchange.header("accept-encoding"));
    for (const action of exchange.afterwards) action();
    this.log.write({
      time: new Date().toISOString(),
      method: exchange.method,
      path: `${exchange.url.pathname}${exchange.url.search}`,
      status: reply.status,
      ms: Math.round((performance.now() - began) * 10) / 10,
      who: exchange.who,
      bytes,
      ...exchange.note,
    });
  }
}

function splitAddress(address: string): { host: string; port: number } {
  const match = /^\[?([^\]]+)\]?:(\d+)$/.exec(address);
  if (!match?.[1] || !match[2]) throw new Error(`not an address: ${address} (want host:port)`);
  return { host: match[1], port: Number(match[2]) };
}
