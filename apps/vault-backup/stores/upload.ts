import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  type PutObjectCommandInput,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";

import { compositeSha256, type Content, md5Base64, partBytes, partsOf, sha256Base64 } from "./content";
import type { StoreEncryption } from "./config";
import { toStoreError } from "./errors";
import type { Store } from "./store";

/** What is written under a key. */
export interface Upload {
  readonly key: string;
  readonly content: Content;
  readonly contentType: string;
  /** `create`: only if nothing is there (`If-None-Match: *`). `overwrite`: whatever is there. */
  readonly mode: "create" | "overwrite";
}

/** The checksum that the store should state for the object; undefined where it states none. */
export type StatedSum = string | undefined;

/** Parts on their way at the same time. Two took a third more memory at 2 GB and were no quicker: stores are sent to at the same time anyway. */
const partsInFlight = 1;

/** How long an upload that ended badly may take to be cleared away, even when all else has been told to stop. */
const abortMs = 10_000;

/**
 * Sends an object of known size: in one piece, or in parts. However it ends, no parts remain at the store: an upload that fails or is
 * stopped by the signal is taken back before the error leaves here. What a killed process leaves, the bucket's lifecycle clears.
 */
export async function upload(store: Store, what: Upload, signal: AbortSignal): Promise<StatedSum> {
  return what.content.bytes <= partBytes ? putWhole(store, what, signal) : putParts(store, what, signal);
}

async function putWhole(store: Store, what: Upload, signal: AbortSignal): Promise<StatedSum> {
  const Body = await what.content.read(0, what.content.bytes);
  const sums = sumsOf(store, Body);
  const input = { ...target(store, what), ...described(store, what), Body, ...sums, ...condition(what) };
  await twiceIfDamaged(store, what, () => store.client.send(new PutObjectCommand(input), { abortSignal: signal }));
  return sums.ChecksumSHA256;
}

async function putParts(store: Store, what: Upload, signal: AbortSignal): Promise<StatedSum> {
  const place = target(store, what);
  const algorithm = store.checksum === "sha256" ? ({ ChecksumAlgorithm: "SHA256" } as const) : {};
  const begun = new CreateMultipartUploadCommand({ ...place, ...described(store, what), ...algorithm });
  const { UploadId } = await store.client.send(begun, { abortSignal: signal });
  if (UploadId === undefined) throw new Error("the store began an upload without telling its id");
  try {
    const Parts = await sendParts(store, { ...place, UploadId }, what.content, signal);
    const finished = { ...place, UploadId, MultipartUpload: { Parts }, ...condition(what) };
    await store.client.send(new CompleteMultipartUploadCommand(finished), { abortSignal: signal });
    return store.checksum === "sha256"
      ? compositeSha256(Parts.map(({ ChecksumSHA256 }) => ChecksumSHA256 ?? ""))
      : undefined;
  } catch (error) {
    await takeBack(store, { ...place, UploadId });
    throw error;
  }
}

interface Begun {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
}

/** Sends all parts. When one fails, the others are stopped and waited for: a part that arrives after the upload is taken back would stay. */
async function sendParts(store: Store, begun: Begun, content: Content, signal: AbortSignal): Promise<CompletedPart[]> {
  const ranges = partsOf(content.bytes);
  const done: CompletedPart[] = [];
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  let next = 0;
  const worker = async (): Promise<void> => {
    // Used for one part after the other: memory that is let go of is not taken back at once.
    const memory = Buffer.allocUnsafeSlow(ranges[0]?.length ?? 0);
    for (;;) {
      const index = next;
      const range = ranges[index];
      if (range === undefined) return;
      next += 1;
      stop.throwIfAborted();
      const Body = await content.read(range.start, range.length, memory);
      const sums = sumsOf(store, Body);
      const part = new UploadPartCommand({ ...begun, PartNumber: index + 1, Body, ...sums });
      const send = () => store.client.send(part, { abortSignal: stop });
      const { ETag } = await twiceIfDamaged(store, { key: begun.Key }, send);
      const { ChecksumSHA256 } = sums;
      done[index] = { PartNumber: index + 1, ETag, ...(ChecksumSHA256 !== undefined && { ChecksumSHA256 }) };
    }
  };
  const failures: Error[] = [];
  const workers = Array.from({ length: partsInFlight }, () =>
    worker().catch((error: unknown) => {
      failures.push(error instanceof Error ? error : new Error(String(error)));
      failure.abort(error);
    }),
  );
  await Promise.all(workers);
  const [first] = failures;
  if (first !== undefined) throw first;
  return done;
}

/** A store that finds another checksum than it was told received something damaged on the way: it is sent once more. */
async function twiceIfDamaged<T>(
  { name, log }: Store,
  { key }: Pick<Upload, "key">,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const { kind, message } = toStoreError(error);
    if (kind !== "mismatch") throw error;
    log("warn", "upload", { store: name, key, again: true, message });
    return send();
  }
}

async function takeBack(store: Store, begun: Begun): Promise<void> {
  try {
    await store.client.send(new AbortMultipartUploadCommand(begun), { abortSignal: AbortSignal.timeout(abortMs) });
  } catch (error) {
    const { kind, message } = toStoreError(error);
    // The bucket's lifecycle clears it; the failure that led here is what the run reports.
    store.log("warn", "abort-upload", { store: store.name, key: begun.Key, class: kind, message });
  }
}

function target({ config }: Store, { key }: Upload): { Bucket: string; Key: string } {
  return { Bucket: config.bucket, Key: key };
}

function described({ config }: Store, what: Upload): Partial<PutObjectCommandInput> {
  return { ContentType: what.contentType, Metadata: { sha256: what.content.sha256 }, ...encrypted(config.encryption) };
}

/** Headers that ask for encryption. A bucket key saves a request to KMS for each part. */
function encrypted(encryption: StoreEncryption): Partial<PutObjectCommandInput> {
  switch (encryption.kind) {
    case "none":
      return {};
    case "sse-s3":
      return { ServerSideEncryption: "AES256" };
    case "sse-kms":
      return {
        ServerSideEncryption: "aws:kms",
        BucketKeyEnabled: true,
        ...(encryption.keyArn !== undefined && { SSEKMSKeyId: encryption.keyArn }),
      };
  }
}

/** Buckets with object lock insist on either of these. */
function sumsOf({ checksum }: Store, piece: Buffer): { ChecksumSHA256?: string; ContentMD5?: string } {
  return checksum === "sha256" ? { ChecksumSHA256: sha256Base64(piece) } : { ContentMD5: md5Base64(piece) };
}

function condition({ mode }: Upload): { IfNoneMatch?: string } {
  return mode === "create" ? { IfNoneMatch: "*" } : {};
}
