import { createHash } from "node:crypto";

/** An object in a bucket of the stand-in. */
export interface StoredObject {
  body: Buffer;
  headers: Record<string, string>;
  lastModified: Date;
}

export interface PendingUpload {
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly parts: Map<number, Buffer>;
}

/** Headers of an upload that an object keeps: metadata of the user, and how it is encrypted. */
export function keptHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => /^x-amz-(meta-|server-side-encryption)/.test(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/** The name of the error that S3 answers when a body is not what its headers say. */
export function digestProblem(headers: NodeJS.Dict<string | string[]>, body: Buffer): string | undefined {
  const sum = (algorithm: string): string => createHash(algorithm).update(body).digest("base64");
  const { "content-md5": md5, "x-amz-checksum-sha256": sha256 } = headers;
  if (md5 !== undefined && md5 !== sum("md5")) return "BadDigest";
  if (sha256 !== undefined && sha256 !== sum("sha256")) return "BadDigest";
  return undefined;
}

export function etag(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

export function sha256Header(body: Buffer): Record<string, string> {
  return { "x-amz-checksum-sha256": createHash("sha256").update(body).digest("base64") };
}

/** As S3 states the checksum of an object in parts. */
export function compositeHeader(parts: readonly Buffer[]): Record<string, string> {
  const sums = parts.map((part) => createHash("sha256").update(part).digest());
  const whole = createHash("sha256").update(Buffer.concat(sums)).digest("base64");
  return { "x-amz-checksum-sha256": `${whole}-${parts.length}` };
}

export function xmlError(code: string, message: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

/** A page of a list; `after` is the key that the page before ended with. */
export function listPage(
  objects: ReadonlyMap<string, StoredObject>,
  prefix: string,
  after: string,
  size: number,
): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, size);
  const contents = page.map((key) => {
    const object = objects.get(key);
    const time = object?.lastModified.toISOString() ?? "";
    return `<Contents><Key>${key}</Key><Size>${object?.body.length ?? 0}</Size><LastModified>${time}</LastModified></Contents>`;
  });
  const more = keys.length > size;
  const token = more ? `<NextContinuationToken>${page.at(-1) ?? ""}</NextContinuationToken>` : "";
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${contents.join("")}</ListBucketResult>`;
}
