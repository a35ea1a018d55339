import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineHome } from "../../../../sandbox/providers/engine-home.js";

describe("engineHome", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "engine-home-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("puts a file where the engine's logs would be, again and again", () => {
    const home = join(folder, "pulumi", "home");
    assert.equal(engineHome(home), home);
    engineHome(home);
    assert.match(readFileSync(join(home, "logs"), "utf8"), /engine-home/);
  });

  it("removes the logs of earlier runs, and nothing else", () => {
    mkdirSync(join(folder, "logs"));
    writeFileSync(join(folder, "logs", "old.log"), "");
    writeFileSync(join(folder, "credentials.json"), "{}");
    engineHome(folder);
    assert.match(readFileSync(join(folder, "logs"), "utf8"), /engine-home/);
    assert.equal(readFileSync(join(folder, "credentials.json"), "utf8"), "{}");
  });
});
