import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImageEntry } from "./catalog";
import { type LibraryFile, sharedLibraries } from "./shared-libraries";

/** Where the layer has Node.js: as in the image `node`. */
export const nodePath = "/usr/local/bin/node";

/** Libraries that a C library before 2.34 opens by name when it looks up a host, so that `ldd` does not tell of them. */
const nameService = ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2"];

let found: readonly ImageEntry[] | undefined;

/** The Node.js that runs this program, with the libraries that it needs: a layer that several images lie on. */
export function nodeEntries(): readonly ImageEntry[] {
  found ??= lookUp();
  return found;
}

function lookUp(): readonly ImageEntry[] {
  const libraries = libraryFiles(process.execPath);
  return [
    ...libraries.map(({ from, to }) => ({ path: to.replace(/^\//, ""), from })),
    { path: "etc/nsswitch.conf", text: "hosts: files dns\n" },
    { path: nodePath.slice(1), from: process.execPath },
  ];
}

function libraryFiles(program: string): LibraryFile[] {
  // A program that is linked statically makes ldd fail; it then prints nothing that would be read as a library.
  const { stdout, error } = spawnSync("ldd", [program], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  if (error) throw new Error("ldd cannot be run, so the libraries that Node.js needs are unknown", { cause: error });
  const named = sharedLibraries(stdout);
  const folders = [...new Set(named.slice(1).map(({ to }) => dirname(to)))];
  const opened = folders.flatMap((folder) =>
    nameService.map((name) => join(folder, name)).map((path) => ({ from: path, to: path })),
  );
  return [...named, ...opened.filter(({ from, to }) => existsSync(from) && !named.some((other) => other.to === to))];
}
