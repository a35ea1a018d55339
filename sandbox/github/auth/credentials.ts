import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

export type Scheme = "basic" | "bearer" | "remoteauth" | "token";

export interface Authorization {
  readonly scheme: Scheme;
  readonly value: string;
}

/** Splits an Authorization header; of Basic the password is the credential, whatever the user name. */
export function parseAuthorization(header: string | undefined): Authorization | undefined {
  const match = /^(basic|bearer|remoteauth|token) +(\S+)$/i.exec(header ?? "");
  if (!match?.[1] || !match[2]) return undefined;
  const scheme = match[1].toLowerCase() as Scheme;
  if (scheme !== "basic") return { scheme, value: match[2] };
  const decoded = Buffer.from(match[2], "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 0 ? undefined : { scheme, value: decoded.slice(colon + 1) };
}

/** The tokens in a file, one a line. Read at each check, so that a rotated token counts at once. */
export class TokenFile {
  constructor(private readonly file: string) {}

  accepts(token: string): boolean {
    const given = digest(token);
    return this.tokens().some((known) => timingSafeEqual(digest(known), given));
  }

  /** Throws if the file cannot be read or holds no token. */
  check(): void {
    if (this.tokens().length === 0) throw new Error(`token file ${this.file} is empty`);
  }

  private tokens(): string[] {
    return readFileSync(this.file, "utf8")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
