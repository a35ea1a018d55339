import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeConfigFile } from "../../../../sandbox/cluster/config-file";

describe("writeConfigFile", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "config-file-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("makes folders and file, for its owner alone", () => {
    const file = writeConfigFile(join(folder, "made", "config"), "a");
    assert.equal(readFileSync(file, "utf8"), "a");
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("does not touch a file that holds the content already, and writes a changed one", () => {
    const file = writeConfigFile(join(folder, "config"), "a");
    utimesSync(file, 1, 1);
    writeConfigFile(file, "a");
    assert.equal(statSync(file).mtimeMs, 1000);
    writeConfigFile(file, "b");
    assert.notEqual(statSync(file).mtimeMs, 1000);
    assert.equal(readFileSync(file, "utf8"), "b");
  });
});
