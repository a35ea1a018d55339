import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";

import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";

import { type Log, messageOf } from "../log";
import { StoreClock } from "./clock";
import type { StoreConfig } from "./config";
import { credentialsOf } from "./credentials";
import { StoreError } from "./errors";

/** A store that snapshots can be put into. */
export interface Store {
  readonly name: string;
  readonly config: StoreConfig;
  readonly client: S3Client;
  /**
   * How the store checks what it receives. AWS keeps the SHA-256 it is given; other stores have known `Content-MD5` from the beginning and
   * often refuse newer checksums.
   */
  readonly checksum: "sha256" | "md5";
  readonly clock: StoreClock;
  readonly log: Log;
}

/** Times one request is sent. The waits between grow to 20 seconds, so that six bear a minute of SlowDown. */
const mostAttempts = 6;

/** Parts in flight and what else a run asks meanwhile. */
const mostSockets = 8;

/**
 * Opens a store: no request is sent yet, and keys and tokens are read only with the first one.
 *
 * @throws StoreError of class `tls` when the file with the authorities cannot be read.
 */
export function openStore(config: StoreConfig, log: Log, attempts = mostAttempts): Store {
  const clock = new StoreClock();
  const onAws = config.endpoint === undefined || /\.amazonaws\.com(\.cn)?$/.test(new URL(config.endpoint).hostname);
  return {
    name: config.name,
    config,
    client: makeClient(config, clock, attempts),
    checksum: onAws ? "sha256" : "md5",
    clock,
    log,
  };
}

function makeClient(config: StoreConfig, clock: StoreClock, maxAttempts: number): S3Client {
  // The SDK asks for a newer Node.js on standard error otherwise, amid the lines of JSON.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const client = new S3Client({
    region: config.region,
    ...(config.endpoint !== undefined && { endpoint: config.endpoint }),
    forcePathStyle: config.pathStyle,
    credentials: credentialsOf(config),
    requestHandler: handlerOf(config),
    retryMode: "adaptive",
    maxAttempts,
    // Others than AWS refuse the checksums that newer SDKs add by themselves, and the trailers they come in.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  client.middlewareStack.add(
    (next) => async (input) => {
      const result = await next(input);
      clock.note(headerOf(result.response, "date"));
      return result;
    },
    // Nearest to the wire: it sees answers that are errors, too.
    { step: "deserialize", name: "noteStoreDate", priority: "low" },
  );
  return client;
}

function handlerOf(config: StoreConfig): NodeHttpHandler {
  const sockets = { keepAlive: true, maxSockets: mostSockets };
  return new NodeHttpHandler({
    httpAgent: new HttpAgent(sockets),
    // The given authorities alone, and no way round the check.
    httpsAgent: new HttpsAgent({ ...sockets, ...(config.caFile !== undefined && { ca: authorities(config) }) }),
    connectionTimeout: 10_000,
    // Silence of a connection, not the length of a transfer.
    socketTimeout: 60_000,
  });
}

function authorities({ name, caFile = "" }: StoreConfig): string {
  try {
    return readFileSync(caFile, "utf8");
  } catch (error) {
    throw new StoreError(
      "tls",
      `${name}: cannot read ${caFile} (${messageOf(error)}); fix: mount the store's authority`,
    );
  }
}

function headerOf(response: unknown, name: string): string | undefined {
  const headers: unknown = typeof response === "object" && response !== null ? Reflect.get(response, "headers") : {};
  const value: unknown = typeof headers === "object" && headers !== null ? Reflect.get(headers, name) : undefined;
  return typeof value === "string" ? value : undefined;
}
