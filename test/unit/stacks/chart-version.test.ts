import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { pack } from "tar-stream";

import { inspectChart } from "../../../stacks/chart-version";

async function archive(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return gzipSync(Buffer.concat(chunks));
}

describe("inspectChart", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chart-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("takes an OCI address as it is", () => {
    assert.deepEqual(inspectChart("oci://ghcr.io/charts/arc"), { kind: "oci" });
  });

  it("reads the version from a folder", () => {
    mkdirSync(join(folder, "chart"));
    writeFileSync(join(folder, "chart", "Chart.yaml"), "name: arc\nversion: 0.6.1\n");
    assert.deepEqual(inspectChart(join(folder, "chart")), { kind: "local", version: "0.6.1" });
  });

  it("reads the version from an archive, and not that of a chart inside it", async () => {
    const path = join(folder, "arc.tgz");
    const files = {
      "arc/values.yaml": "x: 1\n".repeat(300),
      "arc/charts/other/Chart.yaml": "version: 9.9.9\n",
      "arc/Chart.yaml": "version: 0.14.2\n",
    };
    writeFileSync(path, await archive(files));
    assert.deepEqual(inspectChart(path), { kind: "local", version: "0.14.2" });
  });

  it("says why it cannot read a chart", async () => {
    assert.deepEqual(inspectChart(join(folder, "none")), { kind: "unreadable", reason: "no such folder or file" });
    const empty = join(folder, "empty.tgz");
    writeFileSync(empty, await archive({ "arc/values.yaml": "" }));
    assert.deepEqual(inspectChart(empty), { kind: "unreadable", reason: "no Chart.yaml with a version inside" });
    const broken = join(folder, "broken.tgz");
    writeFileSync(broken, "not gzip");
    assert.deepEqual(inspectChart(broken), { kind: "unreadable", reason: "incorrect header check" });
  });
});
