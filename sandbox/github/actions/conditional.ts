import { createHash } from "node:crypto";

/**
 * The weak tag of a reply: it differs from token to token and from address to address, and changes with what is shown.
 * @param version says what is shown, as shortly as possible: the body need not be made to compare tags
 */
export function entityTag(salt: string, address: string, version: string): string {
  const digest = createHash("sha256").update([salt, address, version].join("\n")).digest("hex");
  return `W/"${digest}"`;
}

/** Whether the client has that already, by its If-None-Match. Tags are compared weakly, as RFC 9110 has it for this header. */
export function isKnown(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = (one: string) => one.trim().replace(/^W\//, "");
  return ifNoneMatch.split(",").some((one) => one.trim() === "*" || opaque(one) === opaque(tag));
}
