import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Log } from "../../../../../apps/vault-backup/log";
import { manifestOf } from "../../../../../apps/vault-backup/manifest";
import {
  manifestKey,
  openStore,
  type Store,
  type StoreConfig,
  snapshotKey,
} from "../../../../../apps/vault-backup/stores";
import type { BackUpOptions, VerifiedSnapshot } from "../../../../../apps/vault-backup/types";
import { S3Server } from "../../../../support/s3/server";

export const cluster = "0f1e2d3c-0000-4000-8000-000000000001";
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const secretAccessKey = "very-secret-access-key";

/** A server and a folder with keys, new for each test. */
export function stage(): { server: S3Server; folder: string; lines: string[]; log: Log } {
  const lines: string[] = [];
  const log: Log = (level, step, fields) => lines.push(JSON.stringify({ level, step, ...fields }));
  const made = { folder: "", lines, log } as { server: S3Server; folder: string; lines: string[]; log: Log };
  beforeEach(async () => {
    made.server = await S3Server.start();
    made.folder = mkdtempSync(join(tmpdir(), "runner-platform-test-"));
    writeFileSync(join(made.folder, "id"), "access-key-id\n");
    writeFileSync(join(made.folder, "secret"), `${secretAccessKey}\n`);
    lines.length = 0;
  });
  afterEach(async () => {
    await made.server.close();
    rmSync(made.folder, { recursive: true, force: true });
  });
  return made;
}

export function storeAt(
  { server, folder, log }: ReturnType<typeof stage>,
  config: Partial<StoreConfig> = {},
  checksum: Store["checksum"] = "md5",
  attempts?: number,
): Store {
  const whole: StoreConfig = {
    name: "first",
    endpoint: server.endpoint,
    region: "eu-central-1",
    bucket: "bucket",
    prefix: "vault",
    credentials: { kind: "keys", accessKeyIdFile: join(folder, "id"), secretAccessKeyFile: join(folder, "secret") },
    pathStyle: true,
    encryption: { kind: "none" },
    timeoutSeconds: 30,
    ...config,
  };
  return { ...openStore(whole, log, attempts), checksum };
}

export function snapshotIn(folder: string, bytes: number, more: Partial<VerifiedSnapshot> = {}): VerifiedSnapshot {
  const body = Buffer.alloc(bytes, "snapshot ");
  const file = join(folder, "spool.snap");
  writeFileSync(file, body);
  return {
    file,
    bytes,
    sha256: createHash("sha256").update(body).digest("hex"),
    meta: { index: 4711, term: 3, version: 1, id: "4711-3", size: bytes, peers: [] },
    clusterId: cluster,
    clusterName: "vault",
    vaultVersion: "2.7.2",
    takenAt: new Date(),
    clockSkewMs: 0,
    ...more,
  };
}

export function options(log: Log, more: Partial<BackUpOptions> = {}): BackUpOptions {
  return {
    retention: { days: 6, minKeep: 2, unverifiedGraceHours: 24 },
    now: () => new Date(),
    deadline: new AbortController().signal,
    log,
    ...more,
  };
}

/** Puts a backup of some days ago into the server, as a run of then left it; gives its key. */
export function seed(server: S3Server, daysAgo: number, manifest = true, clusterId = cluster): string {
  const takenAt = new Date(Math.floor(Date.now() / 1000) * 1000 - daysAgo * dayMs);
  const index = 1000 - Math.floor(daysAgo);
  const key = snapshotKey("vault", { clusterId, takenAt, index });
  const snapshot = {
    file: "",
    bytes: 3,
    sha256: "a".repeat(64),
    clusterId,
    clusterName: "vault",
    vaultVersion: "2.7.2",
  };
  const meta = { index, term: 1, version: 1, id: "x", size: 3, peers: [] };
  server.put(key, "old", takenAt);
  const text = JSON.stringify(manifestOf({ ...snapshot, meta, takenAt, clockSkewMs: 0 }, key));
  if (manifest) server.put(manifestKey(key), text, takenAt);
  return key;
}
