import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { z } from "zod";

import { UserError } from "../user-error";
import type { RenderedFile } from "./manifests";

/** Says which files of the folder are ours; everything else there is somebody else's. */
const listName = ".rendered.json";

const listSchema = z.strictObject({
  stack: z.string(),
  /** No path leads out of the folder. */
  files: z.array(z.string().regex(/^(0-crd\/|1-manifest\/)?[A-Za-z0-9_][A-Za-z0-9._-]*$/)),
});

/** What a run did to the folder. */
export interface Written {
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
}

/**
 * Makes the folder hold exactly these files beside those of other people: files of an earlier run that are gone are removed, and a file that
 * is already right is not touched.
 *
 * @throws UserError before anything is changed, when the folder holds another stack, or a file of somebody else is in the way
 */
export function writeFolder(folder: string, stack: string, files: readonly RenderedFile[]): Written {
  const earlier = readList(folder);
  if (earlier !== undefined && earlier.stack !== stack)
    throw new UserError(
      `${folder} holds the objects of stack ${earlier.stack}: take another folder, or remove that one`,
    );
  const own = new Set(earlier?.files);
  const inTheWay = files.map(({ path }) => path).filter((path) => !own.has(path) && existsSync(join(folder, path)));
  if (inTheWay.length > 0)
    throw new UserError(
      `${folder} has files that were not rendered, under names that are needed: ${inTheWay.join(", ")}`,
    );
  const stale = [...own].filter((path) => !files.some((file) => file.path === path));
  // Before the files, so that an interrupted run leaves none that the next one takes for somebody else's.
  writeList(folder, { stack, files: [...new Set([...files.map(({ path }) => path), ...stale])] });
  const changed = files.filter(({ path, content }) => contentOf(join(folder, path)) !== content);
  for (const { path, content } of changed) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  for (const path of stale) rmSync(join(folder, path), { force: true });
  for (const name of ["0-crd", "1-manifest"]) removeIfEmpty(join(folder, name));
  writeList(folder, { stack, files: files.map(({ path }) => path) });
  return { written: changed.length, unchanged: files.length - changed.length, removed: stale.length };
}

function readList(folder: string): z.output<typeof listSchema> | undefined {
  const text = contentOf(join(folder, listName));
  if (text === undefined) return undefined;
  try {
    return listSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`${join(folder, listName)} is not the list of an earlier run: remove the folder`, {
      cause: error,
    });
  }
}

function writeList(folder: string, list: z.output<typeof listSchema>): void {
  mkdirSync(folder, { recursive: true });
  const content = `${JSON.stringify({ ...list, files: [...list.files].sort() }, null, 2)}\n`;
  if (contentOf(join(folder, listName)) !== content) writeFileSync(join(folder, listName), content);
}

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
