import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { GetObjectCommand } from "@aws-sdk/client-s3";

import { type Manifest, readManifest } from "../manifest";
import { StoreError } from "./errors";
import { manifestKey } from "./keys";
import { readText } from "./list";
import type { Store } from "./store";

export interface Downloaded {
  readonly sha256: string;
  readonly bytes: number;
  readonly manifest: Manifest;
}

/**
 * Fetches a backup into a new file that only this user may read, and compares it with its manifest. The file is removed again when anything
 * is wrong with it.
 *
 * @throws StoreError `no-backup` when there is no readable manifest; `mismatch` when the object is another than the manifest says.
 */
export async function download(store: Store, key: string, toFile: string, signal: AbortSignal): Promise<Downloaded> {
  const manifest = await manifestBeside(store, key, signal);
  const get = new GetObjectCommand({ Bucket: store.config.bucket, Key: key });
  const { Body } = await store.client.send(get, { abortSignal: signal });
  if (!(Body instanceof Readable)) throw new StoreError("no-backup", `${key} has no content`);
  const hash = createHash("sha256");
  let bytes = 0;
  const meter = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      bytes += chunk.length;
      done(undefined, chunk);
    },
  });
  const file = createWriteStream(toFile, { flags: "wx", mode: 0o600 });
  const made = new Promise<boolean>((resolve) => {
    file.once("open", () => resolve(true)).once("error", () => resolve(false));
  });
  try {
    await pipeline(Body, meter, file, { signal });
    const sha256 = hash.digest("hex");
    if (bytes === manifest.bytes && sha256 === manifest.sha256) return { sha256, bytes, manifest };
    throw new StoreError(
      "mismatch",
      `${key} has ${bytes} bytes and SHA-256 ${sha256}; its manifest says ${manifest.bytes} and ${manifest.sha256}`,
    );
  } catch (error) {
    // A file that was there before is not this function's to remove.
    if (await made) await rm(toFile, { force: true });
    throw error;
  }
}

async function manifestBeside(store: Store, key: string, signal: AbortSignal): Promise<Manifest> {
  const text = await readText(store, manifestKey(key), signal);
  if (text === undefined) throw new StoreError("no-backup", `${key} has no manifest: it was never confirmed`);
  const reading = readManifest(text);
  if (reading.kind === "manifest" && reading.manifest.key === key) return reading.manifest;
  const problem = { manifest: "is of another key", newer: "is of a newer program", invalid: "cannot be read" }[
    reading.kind
  ];
  throw new StoreError("no-backup", `the manifest of ${key} ${problem}`);
}
