import { basename, dirname, join } from "node:path";

/** A file of this machine and where it goes in an image. */
export interface LibraryFile {
  readonly from: string;
  readonly to: string;
}

/**
 * What a program needs besides itself, from what `ldd` says of it. The libraries come to lie together in the C library's own folder, where the
 * dynamic loader looks without a cache or a variable, wherever this machine keeps them; the loader keeps its place, which is written into the
 * program.
 *
 * @returns nothing for a program that is linked statically
 * @throws Error when a library is missing on this machine
 */
export function sharedLibraries(lddOutput: string): LibraryFile[] {
  const lines = lddOutput.split("\n").map((line) => line.trim());
  const missing = lines.flatMap((line) => /^(\S+) => not found/.exec(line)?.[1] ?? []);
  if (missing.length > 0)
    throw new Error(`ldd does not find ${missing.join(", ")}: is the program installed completely?`);
  const named = lines.flatMap((line) => {
    const [, name, path] = /^(\S+) => (\/\S+) \(0x/.exec(line) ?? [];
    return name === undefined || path === undefined ? [] : [{ name, path }];
  });
  const loader = lines.flatMap((line) => /^(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  const folder = dirname(named.find(({ name }) => /^libc\.(so|musl)/.test(name))?.path ?? "/lib/libc");
  const libraries = named
    .filter(({ path }) => !loader.includes(path))
    .map(({ name, path }) => ({ from: path, to: join(folder, basename(name)) }));
  return [...loader.map((path) => ({ from: path, to: path })), ...libraries];
}
