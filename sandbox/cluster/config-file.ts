import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a configuration file, readable by its owner alone, unless it holds that content already: kube-proxy watches its file and ends at
 * any write, even of the same bytes.
 * @returns the file's path
 */
export function writeConfigFile(file: string, content: string): string {
  if (existsSync(file) && readFileSync(file, "utf8") === content) return file;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}
