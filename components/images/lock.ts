import { z } from "zod";

import { formatReference, isDigest, parseReference } from "./reference";

/** The one form of the lock that this version reads and writes. */
export const lockSchemaVersion = 1;

/** How to fill the lock, for messages. */
export const lockCommand = "npm run images -- lock";

const entrySchema = z.strictObject({
  /** Of the image index where the tag has one, so that each node takes the image of its own architecture. */
  digest: z.string().refine(isDigest, "sha256: and 64 hexadecimal digits"),
  mediaType: z.string().min(1, "the media type of a manifest or index"),
  /** `os/architecture[/variant]` of the images behind the digest. */
  platforms: z.array(z.string().regex(/^[\w.-]+(\/[\w.-]+){1,2}$/, "OS/ARCHITECTURE[/VARIANT]")),
  /** When the registry first answered with this digest (RFC 3339, UTC). */
  lookedUp: z.iso.datetime("a time such as 2026-11-24T12:00:00Z"),
});

/** The content of `images.lock.json`: what each tag pointed at when a registry was asked. */
export const lockSchema = z.strictObject({
  schemaVersion: z.literal(lockSchemaVersion, `${lockSchemaVersion}: another version of this program wrote the file`),
  images: z.record(
    z
      .string()
      .refine(
        isLockKey,
        "a full reference with a tag and without digest or mirror, such as docker.io/library/docker:28",
      ),
    entrySchema,
  ),
});

export type LockEntry = Readonly<z.output<typeof entrySchema>>;

export interface ImageLock {
  readonly schemaVersion: typeof lockSchemaVersion;
  /** By full reference, without digest and without the prefix of a mirror. */
  readonly images: Readonly<Record<string, LockEntry>>;
}

export const emptyLock: ImageLock = { schemaVersion: lockSchemaVersion, images: {} };

/** A lock that cannot be read; the message lists everything wrong with it. */
export class LockUnreadable extends Error {
  public constructor(file: string, problems: readonly string[]) {
    super([`${file} cannot be used:`, ...problems.map((problem) => `  ${problem}`)].join("\n"));
    this.name = "LockUnreadable";
  }
}

/**
 * Reads the text of a lock.
 *
 * @param file how messages call it
 * @throws LockUnreadable with all problems at once: nothing may be deployed by a lock that is only half understood.
 */
export function parseLock(text: string, file = "images.lock.json"): ImageLock {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockUnreadable(file, [`it is no JSON (${reason}); restore it, or write it anew with \`${lockCommand}\``]);
  }
  const parsed = lockSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new LockUnreadable(file, parsed.error.issues.map(describeIssue));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((key) => `[${JSON.stringify(key)}]`).join("");
  // A wrong key of a record: the rule it broke lies one level down.
  const reason = issue.code === "invalid_key" ? issue.issues.map(({ message }) => message).join("; ") : issue.message;
  return `${path === "" ? "the whole" : path}: ${issue.code === "unrecognized_keys" ? reason : `wanted ${reason}`}`;
}

function isLockKey(key: string): boolean {
  const reference = parseReference(key);
  return reference?.tag !== undefined && reference.digest === undefined && formatReference(reference) === key;
}

/** The key of a reference in the lock; `undefined` for what has no tag or is no reference. */
export function lockKey(reference: string): string | undefined {
  const parsed = parseReference(reference);
  if (parsed?.tag === undefined) return undefined;
  const { registry, repository, tag } = parsed;
  return formatReference({ registry, repository, tag });
}

function entryOf(reference: string, lock: ImageLock): LockEntry | undefined {
  const key = lockKey(reference);
  return key !== undefined && Object.hasOwn(lock.images, key) ? lock.images[key] : undefined;
}

/**
 * A reference with the digest that the lock holds for its tag: `docker:28` becomes `docker:28@sha256:…`. Unchanged when the lock does not
 * have it, and when it names a digest itself, which wins.
 *
 * Lock first and put the mirror's prefix before the result: the lock knows images by their own names.
 */
export function lockedImage(reference: string, lock: ImageLock): string {
  if (reference.includes("@")) return reference;
  const entry = entryOf(reference, lock);
  return entry === undefined ? reference : `${reference}@${entry.digest}`;
}

/** What is wrong with a reference beside the lock, in the form of a problem of settings; `undefined` when they agree. */
export function lockConflict(
  reference: string,
  lock: ImageLock,
): { readonly what: string; readonly allowed: string; readonly fix: string } | undefined {
  const given = parseReference(reference)?.digest;
  const entry = entryOf(reference, lock);
  if (given === undefined || entry === undefined || entry.digest === given) return undefined;
  return {
    what: `given ${JSON.stringify(reference)}, but images.lock.json holds ${entry.digest} for the same tag`,
    allowed: "the digest of the lock, or none, which takes it from there",
    fix: `leave the digest out, or take the entry out with \`${lockCommand} --prune\` if it is the wrong one`,
  };
}
