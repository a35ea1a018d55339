import { GetObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";

import { readManifest } from "../manifest";
import type { Backup } from "./backup";
import { isMissing } from "./errors";
import { clusterFolder, isClusterId, manifestKey, manifestSuffix, parseSnapshotKey, type SnapshotKey } from "./keys";
import type { Store } from "./store";

/** An object as lists have it. */
interface Listed {
  readonly key: string;
  readonly bytes: number;
  readonly lastModified: Date;
}

/** Manifests read at the same time. */
const readers = 4;

/** Larger than any manifest by far; what is larger is none. */
const mostManifestBytes = 64 * 1024;

/**
 * All that a store holds below its prefix, or of one cluster: all pages, each manifest read.
 *
 * @param signal ends it early. @default after the store's own time
 * @throws when a page or a manifest cannot be had: half a list must not be taken for a whole one.
 */
export async function listBackups(
  store: Store,
  clusterId?: string,
  signal = AbortSignal.timeout(store.config.timeoutSeconds * 1000),
): Promise<Backup[]> {
  const { prefix } = store.config;
  if (clusterId !== undefined && !isClusterId(clusterId)) throw new Error("not the id of a cluster");
  const folder = clusterId === undefined ? `${prefix}/` : clusterFolder(prefix, clusterId);
  const objects = new Map((await listAll(store, folder, signal)).map((object) => [object.key, object]));
  const keys = [...new Set([...objects.keys()].map(snapshotOf))];
  return mapLimited(keys, (key) => describe(store, key, objects, signal));
}

/** A manifest stands for its snapshot, so that one whose snapshot is gone is seen too. */
function snapshotOf(key: string): string {
  return key.endsWith(manifestSuffix) ? key.slice(0, -manifestSuffix.length) : key;
}

async function listAll(store: Store, Prefix: string, abortSignal?: AbortSignal): Promise<Listed[]> {
  const all: Listed[] = [];
  let ContinuationToken: string | undefined;
  for (;;) {
    const request = new ListObjectsV2Command({ Bucket: store.config.bucket, Prefix, ContinuationToken });
    const page: ListObjectsV2CommandOutput = await store.client.send(request, { abortSignal });
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key === undefined || LastModified === undefined)
        throw new Error("the store listed an object without key or date");
      all.push({ key: Key, bytes: Size ?? 0, lastModified: LastModified });
    }
    if (page.IsTruncated !== true) return all;
    const next = page.NextContinuationToken;
    if (next === undefined || next === ContinuationToken)
      throw new Error("the store does not say where its list goes on");
    ContinuationToken = next;
  }
}

async function describe(
  store: Store,
  key: string,
  objects: ReadonlyMap<string, Listed>,
  signal?: AbortSignal,
): Promise<Backup> {
  const [object, companion] = [objects.get(key), objects.get(manifestKey(key))];
  const newest = Math.max(object?.lastModified.getTime() ?? 0, companion?.lastModified.getTime() ?? 0);
  const found = { bytes: object?.bytes ?? 0, lastModified: new Date(newest) };
  const present = { hasObject: object !== undefined, hasManifest: companion !== undefined };
  const name = parseSnapshotKey(store.config.prefix, key);
  if (name === undefined) {
    const shown = object === undefined ? manifestKey(key) : key;
    return { key: shown, state: "foreign", clusterId: "", index: 0, takenAt: found.lastModified, ...found, ...present };
  }
  const basics = { key, ...name, ...found, ...present };
  if (companion === undefined) return { ...basics, state: "unverified", problem: "has no manifest" };
  if (companion.bytes > mostManifestBytes) return { ...basics, state: "unverified", problem: "manifest: too large" };
  const text = await readText(store, companion.key, signal);
  if (text === undefined) return { ...basics, hasManifest: false, state: "unverified", problem: "has no manifest" };
  return { ...basics, ...judge(text, basics, name) };
}

type Judgement = Pick<Backup, "state" | "manifest" | "problem">;

function judge(
  text: string,
  { key, bytes, hasObject }: Pick<Backup, "key" | "bytes" | "hasObject">,
  name: SnapshotKey,
): Judgement {
  const reading = readManifest(text);
  if (reading.kind === "newer")
    return { state: "foreign", problem: `manifest: version ${reading.version}, newer than this program` };
  if (reading.kind === "invalid") return { state: "unverified", problem: `manifest: ${reading.problem}` };
  const { manifest } = reading;
  if (!hasObject) return { state: "unverified", problem: "its object is gone" };
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
  const differs = [
    ...(manifest.key === key ? [] : ["key"]),
    ...(manifest.clusterId === name.clusterId ? [] : ["clusterId"]),
    ...(manifest.index === name.index ? [] : ["index"]),
    ...(manifest.bytes === bytes ? [] : ["bytes"]),
    ...(seconds(new Date(manifest.takenAt)) === seconds(name.takenAt) ? [] : ["takenAt"]),
  ];
  if (differs.length > 0)
    return { state: "unverified", problem: `manifest: ${differs.join(", ")} not as in the store` };
  return { state: "verified", manifest };
}

/** The text of an object; undefined when another run has deleted it since it was listed. */
export async function readText(store: Store, Key: string, abortSignal?: AbortSignal): Promise<string | undefined> {
  try {
    const { Body } = await store.client.send(new GetObjectCommand({ Bucket: store.config.bucket, Key }), {
      abortSignal,
    });
    return await Body?.transformToString();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function mapLimited<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: readers }, worker));
  return results;
}
