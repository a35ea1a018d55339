import { createHash } from "node:crypto";

import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from "@aws-sdk/client-s3";

import type { Content } from "./content";
import type { Store } from "./store";
import type { StatedSum } from "./upload";

/** What the store should hold. */
export interface Expected {
  readonly key: string;
  readonly content: Content;
  readonly statedSum: StatedSum;
}

export interface Confirmation {
  /** What differs; undefined when the store holds what was sent. */
  readonly mismatch?: string;
  readonly warnings: readonly string[];
}

/** Objects up to this size are read back in full. For larger ones size and checksums speak, as transfers out of a store cost. */
export const mostReadBack = 64 * 1024 * 1024;

/**
 * Compares an object with what was sent: its size, its SHA-256 among the metadata, the store's own checksum where it states one, and the
 * content itself of small objects and of objects whose metadata the store does not keep.
 */
export async function confirm(store: Store, expected: Expected, signal: AbortSignal): Promise<Confirmation> {
  const { key, content } = expected;
  const place = { Bucket: store.config.bucket, Key: key };
  const ChecksumMode = store.checksum === "sha256" ? ({ ChecksumMode: "ENABLED" } as const) : {};
  const head = await store.client.send(new HeadObjectCommand({ ...place, ...ChecksumMode }), { abortSignal: signal });
  const warnings = [...encryptionWarnings(store, head)];
  const different = differenceInHead(expected, head);
  if (different !== undefined) return { mismatch: different, warnings };
  const metadataKept = head.Metadata?.sha256 !== undefined;
  if (!metadataKept) warnings.push("the store keeps no metadata; the object was read back instead");
  if (metadataKept && content.bytes > mostReadBack) return { warnings };
  const read = await readBack(store, key, signal);
  if (read.sha256 === content.sha256) return { warnings };
  return { mismatch: `${key} reads as ${read.bytes} bytes with another SHA-256 than was sent`, warnings };
}

/** Reads an object to its end, keeping nothing of it. */
async function readBack(store: Store, key: string, signal: AbortSignal): Promise<{ bytes: number; sha256: string }> {
  const get = new GetObjectCommand({ Bucket: store.config.bucket, Key: key });
  const { Body } = await store.client.send(get, { abortSignal: signal });
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of (Body ?? []) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

function differenceInHead({ key, content, statedSum }: Expected, head: HeadObjectCommandOutput): string | undefined {
  const { ContentLength, Metadata, ChecksumSHA256 } = head;
  if (ContentLength !== content.bytes) return `${key} has ${ContentLength ?? "no"} bytes, sent were ${content.bytes}`;
  const noted = Metadata?.sha256;
  if (noted !== undefined && noted !== content.sha256)
    return `${key} has the SHA-256 of something else in its metadata`;
  if (statedSum !== undefined && ChecksumSHA256 !== undefined && ChecksumSHA256 !== statedSum)
    return `${key} has another checksum (${ChecksumSHA256}) than was sent (${statedSum})`;
  return undefined;
}

/** A store without a key server of its own may take the request for encryption and ignore it. */
function encryptionWarnings(
  { config }: Store,
  { ServerSideEncryption, SSEKMSKeyId }: HeadObjectCommandOutput,
): string[] {
  const { encryption } = config;
  const asked = { none: undefined, "sse-s3": "AES256", "sse-kms": "aws:kms" }[encryption.kind];
  if (asked !== undefined && asked !== ServerSideEncryption)
    return [`encryption ${asked} was asked for; the store states ${ServerSideEncryption ?? "none"}`];
  const key = encryption.kind === "sse-kms" ? encryption.keyArn : undefined;
  return key !== undefined && SSEKMSKeyId !== undefined && SSEKMSKeyId !== key
    ? [`encrypted with ${SSEKMSKeyId} rather than ${key}`]
    : [];
}
