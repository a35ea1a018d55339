import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The key the stand-in signs its tokens with; kept in the state folder so that tokens outlive a restart. */
export function signingKey(folder: string): Uint8Array {
  const file = join(folder, "signing.key");
  if (!existsSync(file)) {
    writeFileSync(`${file}.next`, randomBytes(32), { mode: 0o600 });
    renameSync(`${file}.next`, file);
  }
  return new Uint8Array(readFileSync(file));
}
