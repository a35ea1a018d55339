import { createHash } from "node:crypto";

/** Numbers of owners and repositories, which GitHub gives out: here they follow from the name, so that nobody has to look them up. */
export function numericId(name: string): number {
  const digest = createHash("sha256").update(name.toLowerCase()).digest();
  // GitHub's have nine or ten digits today.
  return 100_000_000 + (digest.readUInt32BE(0) % 900_000_000);
}

/** The id of an organisation. */
export function ownerId(owner: string): number {
  return numericId(owner);
}

/** The id of a repository by its full name, `owner/name`. */
export function repositoryId(fullName: string): number {
  return numericId(fullName);
}
