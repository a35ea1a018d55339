import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt } from "../../../../sandbox/tools/build";
import type { WheelTool } from "../../../../sandbox/tools/catalog";
import { run } from "../../../../sandbox/tools/run";

const name = "sandbox-test-tool";

/** A wheel with one program, in a folder that pip takes for its index. */
async function makeWheel(folder: string): Promise<{ readonly sha256: string }> {
  const content = join(folder, "content");
  const metadata = join(content, "sandbox_test_tool-1.0.0.dist-info");
  mkdirSync(metadata, { recursive: true });
  mkdirSync(join(content, "bin"));
  writeFileSync(join(content, "bin", "tool"), "#!/bin/sh\necho from a wheel\n");
  writeFileSync(join(metadata, "METADATA"), `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0.0\n`);
  writeFileSync(join(metadata, "WHEEL"), "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
  writeFileSync(join(metadata, "RECORD"), "");
  const file = join(folder, "sandbox_test_tool-1.0.0-py3-none-any.whl");
  await run("python3", ["-m", "zipfile", "-c", file, ...readdirSync(content).map((entry) => join(content, entry))]);
  return { sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}

describe("a tool from a wheel", () => {
  const machine = { index: process.env["PIP_NO_INDEX"], links: process.env["PIP_FIND_LINKS"] };
  let folder: string;
  let tool: WheelTool;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "runner-platform-wheel-"));
    const { sha256 } = await makeWheel(folder);
    tool = {
      name,
      version: "1.0.0",
      why: "test",
      wheel: { name, version: "1.0.0", sha256 },
      programs: [{ name: "tool", file: "bin/tool" }],
    };
    process.env["PIP_NO_INDEX"] = "1";
    process.env["PIP_FIND_LINKS"] = folder;
  });

  after(() => {
    for (const [key, value] of [
      ["PIP_NO_INDEX", machine.index],
      ["PIP_FIND_LINKS", machine.links],
    ] as const) {
      if (value === undefined) Reflect.deleteProperty(process.env, key);
      else process.env[key] = value;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it("is unpacked into the cache and can be run", async () => {
    const built = await ensureBuilt(tool, "no Go is needed", join(folder, "cache"));
    assert.equal((await run(join(built, "tool"), [])).stdout, "from a wheel\n");
    assert.deepEqual(readdirSync(built), ["tool"], "nothing else of the package stays");
  });

  it("is refused when its content is another, and leaves nothing that counts as there", async () => {
    const wheel = { ...tool.wheel, sha256: "0".repeat(64) };
    const cache = join(folder, "other");
    await assert.rejects(ensureBuilt({ ...tool, wheel }, "", cache), /DO NOT MATCH THE HASHES/);
    assert.ok(readdirSync(join(cache, "tools")).every((entry) => !existsSync(join(cache, "tools", entry, "tool"))));
  });
});
