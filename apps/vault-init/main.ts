/**
 * Brings a Vault from nothing to one that Pulumi can log in at (`run`), or keeps the server of its own pod unsealed in development
 * (`unseal`). Deployed by components/vault/vault-init.ts; docs/vault-bootstrap.md has the order of steps and what to do when one fails.
 */
import { exitCodes } from "../../components/vault/init-config";
import { readConfig } from "./config";
import type { Context } from "./context";
import { InitError } from "./errors";
import { connect } from "./kubernetes";
import { required } from "../shared/environment";
import { log, messageOf } from "../shared/log";
import { keepUnsealed } from "./side-car";
import { runSteps } from "./steps";
import { vaultAt } from "./vault";

/** How much is under way that must not be broken off, and whether the program was told to end meanwhile. */
const running = { uninterrupted: 0, told: false };

async function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  running.uninterrupted += 1;
  try {
    return await work();
  } finally {
    running.uninterrupted -= 1;
    if (running.told) process.exit(exitCodes.toldToEnd);
  }
}

/** As process 1 of a container it gets no default handling of signals. */
function onSignal(signal: string): void {
  running.told = true;
  log("info", running.uninterrupted > 0 ? "ending as soon as the keys are stored" : "ending", { signal });
  if (running.uninterrupted === 0) process.exit(exitCodes.toldToEnd);
}

async function initialise(): Promise<void> {
  const config = readConfig(required("VAULT_INIT_CONFIG"));
  const context: Context = {
    config,
    kubernetes: connect({
      host: required("KUBERNETES_SERVICE_HOST"),
      port: required("KUBERNETES_SERVICE_PORT"),
      serviceAccount: process.env["SERVICE_ACCOUNT_FOLDER"] ?? "/var/run/secrets/kubernetes.io/serviceaccount",
      namespace: config.namespace,
    }),
    servers: config.peers.map(({ address }) => vaultAt(address, config.caFile)),
    log,
    uninterrupted,
  };
  log("info", "started", { servers: config.peers.length, node: process.version });
  await runSteps(context);
  log("info", "Vault is ready");
}

/** How often the side-car looks after its server. */
const sideCarSeconds = 3;

async function main(): Promise<void> {
  // Every time, not once: the second signal would otherwise get the default handling and kill what stores the keys.
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => onSignal(signal));
  const [command = "run"] = process.argv.slice(2);
  if (command === "run") return initialise();
  if (command === "unseal") {
    const options = {
      address: process.env["VAULT_UNSEAL_ADDRESS"] ?? "https://127.0.0.1:8200",
      caFile: required("VAULT_CA_FILE"),
      sharesFolder: required("VAULT_SHARES_FOLDER"),
      pollSeconds: sideCarSeconds,
    };
    return keepUnsealed(options, log);
  }
  const problem = { path: "command", what: `given ${command}`, allowed: "run, unseal" };
  throw new InitError(problem, exitCodes.configuration);
}

function fail(error: unknown): void {
  log("error", "cannot go on", { reason: messageOf(error) });
  process.exit(error instanceof InitError ? error.exitCode : exitCodes.failed);
}

process.on("uncaughtException", fail);
main().then(() => process.exit(0), fail);
