import { readFileSync } from "node:fs";

import type { ExporterConfig } from "./config";
import { Budget, usualBudgetOptions } from "./github/budget";
import { GitHubClient } from "./github/client";
import type { Clock } from "./github/clock";
import { appCredential, type CredentialSource, tokenCredential } from "./github/credential";
import { Http } from "./github/http";

/** The way to GitHub that a configuration describes. */
export interface Connection {
  readonly client: GitHubClient;
  readonly budget: Budget;
  /** Drops all connections. */
  close(): void;
}

const requestTimeoutMs = 30_000;

/** Nothing is sent before something is asked for. */
export function connect(
  config: ExporterConfig,
  clock: Clock,
  onAnswer: (endpoint: string, status: number | "failed") => void,
): Connection {
  const { reserve, requestsPerMinute, mostInFlight } = config.poll;
  const budget = new Budget({ ...usualBudgetOptions, reserve, pointsPerMinute: requestsPerMinute });
  const http = new Http({ timeoutMs: requestTimeoutMs, mostConnections: mostInFlight });
  const client = new GitHubClient({
    apiUrl: config.github.apiUrl,
    http,
    budget,
    clock,
    mostInFlight,
    credential: credentialOf(config, clock, http),
    onAnswer,
  });
  return { client, budget, close: () => http.close() };
}

function credentialOf({ github: { apiUrl, auth } }: ExporterConfig, clock: Clock, http: Http): CredentialSource {
  if (auth.kind === "token") return tokenCredential(() => lines(auth.tokenFile)[0] ?? "");
  return appCredential({
    apiUrl,
    appId: auth.appId,
    installationId: auth.installationId,
    privateKey: readFileSync(auth.privateKeyFile, "utf8"),
    clock,
    http,
  });
}

/** Lines of a file of secrets, without empty ones. */
export function lines(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
