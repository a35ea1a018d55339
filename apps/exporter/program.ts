import type { AddressInfo } from "node:net";
import type { Server } from "node:http";

import { type Log, log as standardLog, messageOf } from "../shared/log";
import type { ExporterConfig } from "./config";
import { connect, lines } from "./connect";
import { usualLedgerOptions } from "./core/ledger-options";
import { Exporter } from "./exporter";
import { watchFilter } from "./feeds/discovery";
import { Feeds } from "./feeds/feeds";
import { type Delivery, type DeliveryResult, WebhookReceiver } from "./feeds/webhook";
import { type Clock, systemClock } from "./github/clock";
import { unreadyReasons } from "./health";
import { Exposition, registries } from "./metrics/exposition";
import { registerLedger } from "./metrics/ledger-metrics";
import { registerViews, SelfMetrics } from "./metrics/self-metrics";
import { metricsServer, webhookServer } from "./server";
import { filesIn } from "./state/files";
import { Store } from "./state/store";

/** A running exporter. */
export interface Running {
  readonly port: number;
  readonly webhookPort?: number;
  /** Lets it look at the clock and do what is due. It does that by itself unless `manual` was asked for. */
  tick(): void;
  /** Whether requests to GitHub are under way. */
  isAsking(): boolean;
  /** Writes the state and ends everything. */
  stop(): Promise<void>;
  /** Ends everything without a last word to the disk, as a kill does. */
  abandon(): Promise<void>;
}

export interface StartOptions {
  /** @default the machine's */
  readonly clock?: Clock;
  /** Nothing happens but by {@link Running.tick}. @default false */
  readonly manual?: boolean;
  /** @default to standard output */
  readonly log?: Log;
}

/** With webhooks, asking only finds what they lost. */
export function usualPollSeconds(pushed: boolean): number {
  return pushed ? 3600 : 60;
}

const tickEveryMs = 1_000;
const saveEveryMs = 30_000;

/** Starts everything. Ports of 0 are chosen by the system. */
export async function start(
  config: ExporterConfig,
  { clock = systemClock, manual = false, log = standardLog }: StartOptions = {},
): Promise<Running> {
  const exporter = new Exporter(new Store(filesIn(config.stateFolder)), ledgerOptions(config), clock);
  for (const problem of exporter.problems) log("error", "a file of the last run could not be used", { problem });

  const { text, openMetrics } = registries();
  const metrics = new SelfMetrics([text, openMetrics]);
  for (const registry of [text, openMetrics]) registerLedger(registry, exporter.ledger);

  const connection = connect(config, clock, (endpoint, status) => metrics.answered(endpoint, status));
  const { client, budget } = connection;
  registerViews([text, openMetrics], { ledger: exporter.ledger, budget, clock, waiting: () => client.waiting });

  const pushed = config.webhook !== undefined;
  const feeds = new Feeds({
    exporter,
    client,
    budget,
    clock,
    watch: config.watch,
    metrics,
    pushed,
    intervalMs: 1000 * (config.poll.intervalSeconds ?? usualPollSeconds(pushed)),
    requestsPerMinute: config.poll.requestsPerMinute,
    onProblem: (problem) => log("warn", "could not be read", { problem }),
  });

  const exposition = new Exposition(
    { text, openMetrics },
    () => exporter.tick(),
    () => clock.now(),
  );
  const staleMs = 1000 * Math.max(900, 3 * (config.poll.intervalSeconds ?? 60));
  const unready = () => unreadyReasons({ clock, metrics, feeds, resumed: exporter.resumed, staleMs });
  const servers = [metricsServer({ expose: (accept) => exposition.expose(accept), unready })];
  const port = await listening(servers[0] as Server, config.port);
  let webhookPort: number | undefined;
  if (config.webhook) {
    const server = webhookServer(
      receiving(config, exporter, feeds, () => metrics.succeeded("webhook", clock.now()), metrics),
    );
    servers.push(server);
    webhookPort = await listening(server, config.webhook.port);
  }
  let saveAt = clock.now() + saveEveryMs;
  const tick = (): void => {
    exporter.tick();
    feeds.tick();
    if (clock.now() < saveAt) return;
    saveAt = clock.now() + saveEveryMs;
    exporter.save();
  };
  const timer = manual ? undefined : setInterval(tick, tickEveryMs);
  tick();
  log("info", "started", { port, webhookPort, resumed: exporter.resumed, node: process.version });

  const abandon = async (): Promise<void> => {
    clearInterval(timer);
    // Deliveries that have begun are answered; a scraper may go on holding its connection.
    await Promise.all(servers.map((server) => closed(server)));
    connection.close();
  };
  return {
    port,
    ...(webhookPort !== undefined && { webhookPort }),
    tick,
    isAsking: () => client.isBusy,
    abandon,
    async stop() {
      await abandon();
      exporter.save();
    },
  };
}

function receiving(
  { webhook, watch }: ExporterConfig,
  exporter: Exporter,
  feeds: Feeds,
  succeeded: () => void,
  metrics: SelfMetrics,
): (delivery: Delivery) => Promise<DeliveryResult> {
  const secrets = (): string[] => lines(webhook?.secretFile ?? "");
  const receiver = new WebhookReceiver(secrets, watchFilter(watch));
  return async (delivery) => {
    const { result, facts } = receiver.receive(delivery);
    metrics.delivered(result);
    if (result === "accepted") {
      exporter.take(facts);
      feeds.heard(facts);
      succeeded();
      // GitHub does not send again what it was told has arrived.
      await exporter.written();
    }
    return result;
  };
}

function ledgerOptions({ labels }: ExporterConfig): typeof usualLedgerOptions {
  return {
    ...usualLedgerOptions,
    mostSeries: labels.mostSeries,
    mostRunnerLabels: labels.mostRunnerLabels,
    labels: {
      branchClasses: labels.branchClasses,
      genericRunnerLabels: labels.genericRunnerLabels,
      rewriteRunnerLabels: labels.rewriteRunnerLabels.map(({ from, to }) => ({ from: new RegExp(from, "g"), to })),
    },
  };
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new Error(`port ${port}: ${messageOf(error)}`)));
    server.listen(port, () => resolve((server.address() as AddressInfo).port));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 5_000).unref();
  });
}
