import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { certManagerChart } from "../../../../sandbox/certificates/chart";
import { certManagerImages } from "../../../../sandbox/certificates/images";
import { certManagerSettings } from "../../../../sandbox/certificates/settings";
import { builtTools } from "../../../../sandbox/tools/catalog";
import { vaultSettings } from "../../../../sandbox/vault/settings";
import { local } from "../../../../stacks/local";
import { messageOf, settingsOf } from "../../../support/settings";
import { temporaryFolder } from "../../../support/temporary";

const definition = (name: string) => `kind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`;
const version = `v${builtTools.certManager.version}`;

describe("the chart of cert-manager", () => {
  const folder = temporaryFolder();
  let built: string;

  beforeEach(() => {
    built = folder();
    mkdirSync(join(built, "chart-source", "templates"), { recursive: true });
    mkdirSync(join(built, "crds"));
    const template = `name: cert-manager\nversion: v0.1.0\nappVersion: v0.1.0\nannotations:\n  artifacthub.io/prerelease: "{{IS_PRERELEASE}}"\n`;
    writeFileSync(join(built, "chart-source", "Chart.template.yaml"), template);
    writeFileSync(join(built, "chart-source", "templates", "deployment.yaml"), "kind: Deployment\n");
    writeFileSync(join(built, "crds", "crd-b.yaml"), `---\n${definition("b")}`);
    writeFileSync(join(built, "crds", "crd-a.yaml"), definition("a"));
    writeFileSync(join(built, "crds", "README.md"), "not a definition");
  });

  it("gets the version that was built, and loses annotations that hold placeholders", () => {
    const chart = certManagerChart(built);
    const description: unknown = parse(readFileSync(join(chart, "Chart.yaml"), "utf8"));
    assert.deepEqual(description, { name: "cert-manager", version, appVersion: version });
  });

  it("holds all definitions in one template, for those who ask for them", () => {
    const text = readFileSync(join(certManagerChart(built), "templates", "crds.yaml"), "utf8");
    const documents = `${definition("a").trimEnd()}\n---\n${definition("b").trimEnd()}`;
    assert.equal(text, `{{- if .Values.installCRDs }}\n${documents}\n{{- end }}\n`);
  });

  it("is put together once", () => {
    const chart = certManagerChart(built);
    writeFileSync(join(chart, "mark"), "");
    assert.equal(certManagerChart(built), chart);
    assert.ok(existsSync(join(chart, "mark")));
  });

  it("is named before the build, but not made", () => {
    const nowhere = join(built, "not-built");
    assert.equal(certManagerChart(nowhere), join(nowhere, "chart"));
    assert.ok(!existsSync(nowhere));
  });
});

describe("what the sandbox has of cert-manager", () => {
  it("is the release that the stack local names, with an image for each program", () => {
    assert.equal(local.certManager?.version, builtTools.certManager.version);
    const { controller, webhook, cainjector } = local.certManager.images ?? {};
    assert.deepEqual(
      certManagerImages.map(({ name }) => name),
      [controller, webhook, cainjector],
    );
  });

  const arc = { controllerChart: { chart: "folder-0.6.1" } };

  it("is its own chart, on the embedded cluster", () => {
    const { chart, ...rest } = certManagerSettings(true) as { chart: { chart: string } };
    assert.deepEqual(rest, {});
    assert.match(chart.chart, /\/chart$/);
    const settings = settingsOf("local", { arc, certManager: { chart: { chart: `folder-${version}` } } });
    assert.equal(settings.certManager.mode, "install");
    assert.deepEqual(settings.certManager.chart, { chart: `folder-${version}` });
  });

  it("is nothing for a cluster of the user's, which lacks the images", () => {
    const vault = vaultSettings(false, "10.0.0.1:8080", "acme");
    const { certManager, ...others } = settingsOf("local", { arc, certManager: certManagerSettings(false), vault });
    assert.equal(others.vault, undefined, "and no Vault, which needs certificates");
    assert.equal(certManager.mode, "none");
    assert.deepEqual(certManager.issuers, {});
  });

  it("is refused in words when the chart is not there", () => {
    assert.match(
      messageOf("local", { arc, certManager: { chart: { chart: "/nowhere" } } }),
      /^1 problem .*\n {2}certManager\.chart\.chart: given "\/nowhere": no such folder or file; allowed: /,
    );
  });
});
