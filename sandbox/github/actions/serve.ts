import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { dispatch } from "../http/dispatch";
import { Exchange } from "../http/exchange";
import type { Reply } from "../http/reply";
import { RequestLog, type LoggedRequest } from "../http/request-log";
import { Router } from "../http/router";
import { send } from "../http/send";
import { randomNumbers } from "../random";
import { actionsRoutes, endpointRoute, type ActionsApiOptions } from "./api";
import { RunningClock, type Clock } from "./clock";
import { Credentials, type CredentialOptions } from "./credentials";
import { repositoryEndpoint } from "./endpoints-runs";
import { pickFault, sendBadGateway, sendCut, type Fault, type FaultOptions } from "./faults";
import { Ledger } from "./ledger";
import { RateLimits, type LimitOptions } from "./limits";
import { ActionsModel } from "./model";
import { Webhooks } from "./webhooks";

/** A stand-in for GitHub Actions alone, in this process: for tests and measurements that need no cluster. */
export interface ServeOptions extends CredentialOptions, Pick<ActionsApiOptions, "jobsLagMillis"> {
  /** @default the machine's */
  readonly clock?: Clock;
  readonly limits?: LimitOptions;
  /** How long every reply takes. @default at once */
  readonly latency?: Latency;
  readonly faults?: FaultOptions;
  /** For latency and faults. @default 1 */
  readonly seed?: number;
  /** Folder for `requests.ndjson`. @default none is written */
  readonly logFolder?: string;
  /** @default 0, a free one */
  readonly port?: number;
  /** First id of runs and jobs. @default 10000000000, as long as GitHub's */
  readonly firstId?: number;
}

export interface Latency {
  readonly millis: number;
  /** Spread to both sides: 0.5 makes 100 ms anything from 50 to 150. @default 0 */
  readonly spread?: number;
}

/** Serves on the loopback address until it is closed. */
export async function serveActions(options: ServeOptions = {}): Promise<ActionsServer> {
  const server = new ActionsServer(options);
  await server.listen(options.port ?? 0);
  return server;
}

export class ActionsServer {
  readonly clock: Clock;
  readonly model: ActionsModel;
  readonly ledger: Ledger;
  readonly webhooks: Webhooks;
  readonly limits: RateLimits;
  /** All requests so far, as they stand in the log. */
  readonly requests: LoggedRequest[] = [];
  /** May be changed while it serves. */
  faults: FaultOptions;
  private readonly server: Server;
  private readonly router: Router;
  private readonly log: RequestLog | undefined;
  private readonly random: () => number;
  private readonly ownClock: RunningClock;
  private address = "";

  constructor(private readonly options: ServeOptions) {
    this.ownClock = new RunningClock();
    this.clock = options.clock ?? this.ownClock;
    this.model = new ActionsModel(this.clock, options.firstId ?? 10_000_000_000);
    this.ledger = new Ledger(this.model);
    this.webhooks = new Webhooks(this.model, () => this.address);
    const now = () => this.clock.now();
    this.limits = new RateLimits(options.limits ?? {}, now, () => this.model.registry.list().length);
    this.faults = options.faults ?? {};
    this.random = randomNumbers(options.seed ?? 1);
    this.log = options.logFolder === undefined ? undefined : new RequestLog(options.logFolder);
    this.router = new Router(this.routes(now));
    this.server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
      void this.serve(request, response);
    });
  }

  /** Where it is, such as `http://127.0.0.1:40123`; the same answers come below `/api/v3`. */
  get url(): string {
    return this.address;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, "127.0.0.1", resolve);
    });
    this.address = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Drops all connections and timers. */
  async close(): Promise<void> {
    this.ownClock.stop();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
    await this.log?.close();
  }

  private routes(now: () => number) {
    const { jobsLagMillis } = this.options;
    const { model, webhooks, limits } = this;
    const credentials = new Credentials(this.options, now);
    const authorize = (exchange: Exchange) => credentials.authorize(exchange);
    const api: ActionsApiOptions = { model, webhooks, limits, authorize, jobsLagMillis };
    return [...actionsRoutes(api), endpointRoute(repositoryEndpoint(api), api), ...credentials.routes()];
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const exchange = new Exchange(request, gone.signal, this.address);
    const fault = pickFault(this.faults, this.random());
    const pause = this.pauseMillis(fault);
    // What never reaches GitHub is neither answered nor counted.
    const reply: Reply =
      fault === "badGateway" || fault === "reset" ? { status: 502 } : await dispatch(this.router, exchange);
    if (pause > 0) await sleep(pause);
    const bytes = this.reply(response, reply, fault, exchange.header("accept-encoding"));
    for (const action of exchange.afterwards) action();
    this.record({
      time: new Date(this.clock.now()).toISOString(),
      method: exchange.method,
      path: `${exchange.url.pathname}${exchange.url.search}`,
      status: fault === "reset" ? 0 : reply.status,
      ms: Math.round((performance.now() - began) * 10) / 10,
      who: exchange.who,
      bytes,
      ...exchange.note,
      ...(fault && { fault }),
    });
  }

  private reply(response: ServerResponse, reply: Reply, fault: Fault | undefined, acceptEncoding = ""): number {
    if (response.destroyed) return 0;
    const dated = { ...reply, headers: { ...reply.headers, Date: new Date(this.clock.now()).toUTCString() } };
    switch (fault) {
      case "reset":
        response.destroy();
        return 0;
      case "badGateway":
        return sendBadGateway(response);
      case "cut":
        return sendCut(response, dated);
      default:
        return send(response, dated, acceptEncoding);
    }
  }

  private pauseMillis(fault: Fault | undefined): number {
    const { millis = 0, spread = 0 } = this.options.latency ?? {};
    const usual = millis * (1 + spread * (2 * this.random() - 1));
    return fault === "stall" ? usual + (this.faults.stallMillis ?? 10_000) : usual;
  }

  private record(request: LoggedRequest): void {
    this.requests.push(request);
    this.log?.write(request);
  }
}
