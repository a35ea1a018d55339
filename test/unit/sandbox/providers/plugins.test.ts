import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRealPlugin, pluginVersion } from "../../../../sandbox/providers/plugins.js";

describe("findRealPlugin", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "plugins-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function install(...path: string[]): Promise<string> {
    const file = join(folder, ...path, "pulumi-resource-stand-in");
    await mkdir(join(folder, ...path), { recursive: true });
    await writeFile(file, "#!/bin/sh\n");
    await chmod(file, 0o755);
    return file;
  }
  const find = () =>
    findRealPlugin("stand-in", "4.32.0", { pulumiHome: join(folder, "home"), path: join(folder, "bin") });

  it("finds nothing where nothing is installed", () => assert.equal(find(), undefined));

  it("takes the one on PATH before the cached one", async () => {
    const cached = await install("home", "plugins", "resource-stand-in-v4.32.0");
    assert.equal(find(), cached);
    const ambient = await install("bin");
    assert.equal(find(), ambient);
  });

  it("passes over other versions and unfinished installations", async () => {
    await install("home", "plugins", "resource-stand-in-v4.31.0");
    await install("home", "plugins", "resource-stand-in-v4.32.0");
    await writeFile(join(folder, "home", "plugins", "resource-stand-in-v4.32.0.partial"), "");
    assert.equal(find(), undefined);
  });

  it("knows the version an SDK asks for", () => assert.match(pluginVersion("@pulumi/kubernetes"), /^4\.\d+\.\d+$/));
});
