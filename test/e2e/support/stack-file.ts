import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

const folder = mkdtempSync(join(tmpdir(), "runner-platform-config-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
let written = 0;

/** Writes a stack configuration as a user would write it into Pulumi.local.yaml, and returns its path. */
export function stackFile(settings: Readonly<Record<string, unknown>>): string {
  const file = join(folder, `Pulumi.local.${String(++written)}.yaml`);
  const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`runner-platform:${key}`, value]));
  writeFileSync(file, stringify({ config: { "pulumi:disable-default-providers": ["*"], ...config } }));
  return file;
}
