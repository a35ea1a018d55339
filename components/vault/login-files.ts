import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { formatProblem } from "../../stacks/problems";

/** Where Vault's provider reads its token and the authority of the servers. */
export interface LoginFiles {
  readonly token: string;
  readonly authority: string;
}

/** What a login leaves: files, and the authority itself, which is public. */
export interface VaultLogin extends LoginFiles {
  /** Certificate of the servers' authority, in PEM. */
  readonly authorityPem: string;
}

/**
 * Folder for files that only this user may read. Its name is the same in each run on a machine, because it becomes part of the provider's
 * inputs, which should not change. Names of stacks are plain: letters, digits, dots, hyphens and underscores.
 */
export function loginFolder(stack: string, temporary = tmpdir()): string {
  return join(temporary, `runner-platform-${userInfo().uid}`, stack);
}

export function loginFiles(folder: string): LoginFiles {
  return { token: join(folder, "vault-token"), authority: join(folder, "vault-ca.crt") };
}

/**
 * Writes both files, each as a whole or not at all. Without a token, one of an earlier run is removed.
 *
 * They outlive the program on purpose: the provider reads them at its first use, which may be a deletion after the program has ended. The
 * token is good for 20 minutes, and the next run writes over it.
 *
 * @throws Error if the folder could be somebody else's
 */
export function writeLoginFiles(
  folder: string,
  content: { readonly token?: string; readonly authority: string },
): void {
  makePrivate(join(folder, ".."));
  makePrivate(folder);
  const files = loginFiles(folder);
  writePrivate(files.authority, content.authority);
  if (content.token === undefined) rmSync(files.token, { force: true });
  // The provider takes a file with a single line and rights for its owner alone.
  else writePrivate(files.token, content.token);
}

/** In a folder where everybody may write, somebody else may have been first, or have put a link there. */
function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = userInfo();
  const found = lstatSync(folder);
  const own = found.isDirectory() && (uid < 0 || found.uid === uid);
  if (own && (found.mode & 0o077) === 0) return;
  throw new Error(
    formatProblem({
      path: folder,
      what: own ? "others may look into it" : "it is no folder of yours",
      allowed: "a folder of your own with mode 0700",
      fix: `look who made it, then remove it and run again`,
    }),
  );
}

function writePrivate(file: string, content: string): void {
  const fresh = `${file}.${process.pid}`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, content, { mode: 0o600, flag: "wx" });
  chmodSync(fresh, 0o600);
  renameSync(fresh, file);
}
