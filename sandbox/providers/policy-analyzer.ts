import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const NAME = "pulumi-analyzer-policy-nodejs";

/**
 * Writes the program that lets an engine without a Node language host run policy packs, and returns its folder, which must be on the
 * engine's PATH. The engine starts it in the pack's folder, so `@pulumi/pulumi` is resolved from the pack (facts/pulumi.md 3.4).
 */
export async function writePolicyAnalyzer(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, NAME);
  const script = [
    "#!/bin/sh",
    `exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$@"`,
    "",
  ].join("\n");
  await writeFile(path, script);
  await chmod(path, 0o755);
  return folder;
}
