import { randomBytes } from "node:crypto";
import { join } from "node:path";

import type { BackupConfig } from "./config";
import { BackupError } from "./errors";
import { transportError } from "./https";
import type { Log } from "./log";
import { retry } from "./retry";
import { receive } from "./spool";
import type { VerifiedSnapshot } from "./types";
import { type Cluster, vaultClient, type VaultClient } from "./vault";
import type { Verified } from "./verify";

export interface TakeOptions {
  readonly config: BackupConfig;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly now: () => Date;
  /** Size of the newest backup, for what is said when the spool is full. */
  readonly lastBytes: number | undefined;
}

/** What no setting says: the first pauses are 2, 4, 8 s at most. */
const defaultRetry = { attempts: 6, firstPauseMs: 2000 };

/**
 * Brings a snapshot that has been checked into the spool. Each attempt begins anew: with the state of the cluster, a login, and an empty
 * file, because a change of leader in between makes all that went before worthless.
 *
 * @throws BackupError with the class of the last failure
 */
export async function takeSnapshot(options: TakeOptions): Promise<VerifiedSnapshot> {
  const { config, signal, log } = options;
  const client = vaultClient(config.vault, signal);
  return retry("snapshot", () => attemptSnapshot(client, options), { ...(config.retry ?? defaultRetry), signal, log });
}

async function attemptSnapshot(client: VaultClient, options: TakeOptions): Promise<VerifiedSnapshot> {
  const { config, log, now } = options;
  const cluster = await client.cluster();
  log("info", "health", { cluster: cluster.id, version: cluster.version, clockSkewMs: cluster.clockSkewMs });
  checkCluster(cluster, config.vault.clusterId);
  const session = await logIn(client, log);
  try {
    if (config.vault.canaryPath !== undefined) {
      const path = config.vault.canaryPath;
      const data = { writtenAt: now().toISOString(), nonce: randomBytes(16).toString("hex") };
      await session.use((token) => client.write(token, path, { data }));
      log("info", "canary", { path, writtenAt: data.writtenAt });
    }
    const takenAt = now();
    const file = join(config.spoolFolder, `${takenAt.getTime()}-${randomBytes(4).toString("hex")}.snap`);
    const verified = await session.use((token) => download(client, token, file, options));
    const { id: clusterId, name: clusterName, version: vaultVersion, clockSkewMs } = cluster;
    return { file, ...verified, clusterId, clusterName, vaultVersion, takenAt, clockSkewMs };
  } finally {
    await session.end();
  }
}

async function download(client: VaultClient, token: string, file: string, options: TakeOptions): Promise<Verified> {
  const { config, signal, log, lastBytes } = options;
  const begun = Date.now();
  const stream = await client.snapshot(token);
  const opened = Date.now();
  try {
    const verified = await receive(stream, file, config.spoolFolder, lastBytes);
    const seconds = { toFirstByte: (opened - begun) / 1000, streamOpen: (Date.now() - opened) / 1000 };
    const { bytes, sha256, meta } = verified;
    log("info", "snapshot", { outcome: "verified", bytes, sha256, index: meta.index, term: meta.term, seconds });
    return verified;
  } catch (error) {
    if (signal.aborted || error instanceof BackupError) throw transportError("snapshot", error, signal);
    throw brokenOff(error);
  } finally {
    stream.destroy();
  }
}

/** A stream that ended by an error is as bad as one that ended too early. Failures of the disk are none of Vault's. */
function brokenOff(error: unknown): unknown {
  const { code, syscall } = Object(error) as { code?: unknown; syscall?: unknown };
  if (typeof syscall === "string" && syscall !== "read" && code !== "ECONNRESET") return error;
  const what = `the stream broke off: ${error instanceof Error ? error.message : String(error)}`;
  return new BackupError("snapshotInvalid", { path: "snapshot", what }, { again: true, cause: error });
}

interface Session {
  /** Runs a request with the token; when it is refused, once more with a new one. */
  readonly use: <T>(request: (token: string) => Promise<T>) => Promise<T>;
  readonly end: () => Promise<void>;
}

async function logIn(client: VaultClient, log: Log): Promise<Session> {
  let token = await client.logIn();
  let fresh = true;
  log("info", "login");
  return {
    use: async (request) => {
      try {
        return await request(token);
      } catch (error) {
        if (!(error instanceof BackupError) || error.exitClass !== "permissionDenied" || !fresh) throw error;
        fresh = false;
        log("warn", "login", { outcome: "again", reason: "permission denied: the token may have been revoked" });
        token = await client.logIn();
        return await request(token);
      }
    },
    end: () => client.revoke(token),
  };
}

function checkCluster(cluster: Cluster, expected: string | undefined): void {
  if (expected === undefined || cluster.id === expected) return;
  throw new BackupError("wrongCluster", {
    path: "vault.clusterId",
    what: `the cluster that answers has the id ${cluster.id}`,
    allowed: expected,
    fix: "find out where vault.address leads; after a restore into a new cluster, set the new id",
  });
}
