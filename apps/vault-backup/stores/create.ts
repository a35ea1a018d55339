import { HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";

import { isAlreadyThere, isMissing, isNotImplemented, isUploadGone, StoreError } from "./errors";
import type { Store } from "./store";
import { type StatedSum, type Upload, upload } from "./upload";

/**
 * Writes an object under a key that nothing has yet. Where the store does not know `If-None-Match` it is asked first, which leaves an
 * instant in which another run could write the same key; keys hold the second and Raft's index, so two would have to be alike in both.
 *
 * @throws StoreError of class `conflict` when something else is there.
 */
export async function createObject(store: Store, what: Omit<Upload, "mode">, signal: AbortSignal): Promise<StatedSum> {
  try {
    return await upload(store, { ...what, mode: "create" }, signal);
  } catch (error) {
    if (isAlreadyThere(error) || isUploadGone(error)) return acceptOwn(store, what, signal);
    if (!isNotImplemented(error)) throw error;
    store.log("info", "conditional-create", { store: store.name, supported: false });
    if (await exists(store, what.key, signal)) return acceptOwn(store, what, signal);
    return upload(store, { ...what, mode: "overwrite" }, signal);
  }
}

/** An answer may get lost after the store has taken the object; the request sent again then meets the object of the first. */
async function acceptOwn(
  store: Store,
  { key, content }: Omit<Upload, "mode">,
  signal: AbortSignal,
): Promise<undefined> {
  const head = new HeadObjectCommand({ Bucket: store.config.bucket, Key: key });
  const { ContentLength, Metadata } = await store.client.send(head, { abortSignal: signal });
  if (ContentLength === content.bytes && Metadata?.sha256 === content.sha256) return undefined;
  throw new StoreError(
    "conflict",
    `${key} is there already, with other content: another run wrote it; nothing was overwritten`,
  );
}

/**
 * Whether there is an object. A policy that allows listing below a prefix alone makes HeadObject on a missing key answer 403, as that
 * request names no prefix; a list of that one key is allowed then.
 */
async function exists(store: Store, key: string, signal: AbortSignal): Promise<boolean> {
  const place = { Bucket: store.config.bucket };
  try {
    await store.client.send(new HeadObjectCommand({ ...place, Key: key }), { abortSignal: signal });
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    const list = new ListObjectsV2Command({ ...place, Prefix: key, MaxKeys: 1 });
    const { Contents = [] } = await store.client.send(list, { abortSignal: signal });
    return Contents.some(({ Key }) => Key === key);
  }
}
