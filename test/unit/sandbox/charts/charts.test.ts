import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { parse } from "yaml";

import { assembleChart, readDefinitions } from "../../../../sandbox/charts/assemble";
import { modulesFolder, type PinnedChart, pinnedCharts, pinnedDefinitions } from "../../../../sandbox/charts/catalog";
import { certManagerDefaults } from "../../../../stacks/cert-manager/defaults";
import { local } from "../../../../stacks/local";
import { temporaryFolder } from "../../../support/temporary";

const module = { path: "example.com/project", version: "v1.0.0" };

describe("pinned charts", () => {
  const sums = readFileSync(join(modulesFolder, "go.sum"), "utf8").split("\n");

  it("come from modules whose content go.sum pins", () => {
    const folders = pinnedCharts.flatMap(({ source, definitions, dependencies = [] }) => [
      source,
      ...(definitions ? [definitions] : []),
      ...dependencies.map((dependency) => dependency.source),
    ]);
    for (const { path, version } of [...folders, ...Object.values(pinnedDefinitions)].map((used) => used.module)) {
      assert.ok(
        sums.some((line) => line.startsWith(`${path} ${version} h1:`)),
        `${path} ${version}`,
      );
      assert.ok(
        sums.some((line) => line.startsWith(`${path} ${version}/go.mod h1:`)),
        `${path} ${version}/go.mod`,
      );
    }
  });

  it("are those that environments deploy", () => {
    const has = (chart: string, version: string | null | undefined) =>
      pinnedCharts.some((pinned) => pinned.chart === chart && pinned.version.replace(/^v/, "") === version);
    assert.ok(has("cert-manager", certManagerDefaults.version));
    assert.ok(has("cert-manager", local.certManager?.version ?? undefined));
    assert.ok(has("gha-runner-scale-set-controller", local.arc?.version ?? undefined));
  });
});

describe("putting a chart together", () => {
  const folder = temporaryFolder();

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(folder(), path)), { recursive: true });
    writeFileSync(join(folder(), path), content);
  }

  it("writes versions, drops placeholders of annotations, and adds dependencies and definitions", () => {
    write(
      "source/app/Chart.template.yaml",
      "name: app\nversion: v0.0.0\nannotations: { prerelease: '{{IS_PRERELEASE}}' }\n",
    );
    write("source/app/templates/a.yaml", "kind: A\n");
    write("source/library/Chart.yaml", "name: library\nversion: 0.0.1\n");
    write("source/crds/b.yaml", "---\nkind: B\n");
    write("source/crds/a.yaml", "kind: A\n");
    write("source/crds/README.md", "no definition");
    const pinned: PinnedChart = {
      chart: "app",
      version: "v1.2.3",
      repositories: [],
      source: { module, folder: "app" },
      definitions: { module, folder: "crds" },
      dependencies: [{ chart: "library", version: "0.0.1", source: { module, folder: "library" } }],
    };
    const chart = assembleChart(pinned, () => join(folder(), "source"), join(folder(), "target"));
    const read = (path: string): string => readFileSync(join(chart, path), "utf8");
    assert.deepEqual(parse(read("Chart.yaml")), { name: "app", version: "v1.2.3", appVersion: "v1.2.3" });
    assert.equal(read("templates/a.yaml"), "kind: A\n");
    assert.equal(read("templates/crds.yaml"), "{{- if .Values.installCRDs }}\nkind: A\n---\nkind: B\n{{- end }}\n");
    assert.ok(existsSync(join(chart, "charts", "library", "Chart.yaml")));
  });

  it("names the module when it has no such chart", () => {
    write("source/app/README.md", "");
    const pinned: PinnedChart = { chart: "app", version: "1", repositories: [], source: { module, folder: "app" } };
    assert.throws(
      () => assembleChart(pinned, () => join(folder(), "source"), join(folder(), "target")),
      /example\.com\/project v1\.0\.0 has no chart in app/,
    );
  });

  it("reads definitions of files and of folders as one stream", () => {
    write("one.yaml", "---\nkind: One\n");
    write("more/two.yaml", "kind: Two\n");
    assert.equal(readDefinitions(join(folder(), "one.yaml"), join(folder(), "more")), "kind: One\n---\nkind: Two\n");
  });
});
