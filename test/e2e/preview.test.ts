import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import * as aws from "@pulumi/aws/iam/role";
import { Provider } from "@pulumi/aws/provider";

import { placeholderMark } from "../../cli/placeholders";
import { listResources } from "../../cli/preview/summary";
import { writeFolder } from "../../cli/render/folder";
import { renderManifests } from "../../cli/render/manifests";
import { secretsPage } from "../../cli/render/secrets";
import { startAwsProvider } from "../../sandbox/providers/aws/start";
import { checkout } from "../../sandbox/platform/stack-config";
import { environments } from "../../stacks/index";
import { temporaryFolder } from "../support/temporary";
import { Harness } from "./provider/harness";
import { offlinePreview } from "./support/previews";
import { figure } from "./support/sandbox";

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a command of the repository as a user would, on a machine that knows no cluster, account or Pulumi. */
function command(...args: string[]): Promise<Ended> {
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  const env = { PATH, HOME, XDG_CACHE_HOME, KUBECONFIG: "/nowhere", AWS_EC2_METADATA_DISABLED: "true" };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(checkout, "scripts", "bootstrap.mjs"), ...args], {
      cwd: checkout,
      env,
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, output }));
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}

function contents(folder: string): ReadonlyMap<string, string> {
  return new Map(filesBelow(folder).map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

/** The charts of a list of resources. */
function chartsOf(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^kubernetes:helm\.sh\/v4:Chart (\S+) /.exec(line)?.[1] ?? []);
}

describe("previews without cluster, account and network", function () {
  this.timeout(180_000);
  const temporary = temporaryFolder();

  for (const stack of Object.keys(environments)) {
    it(`of stack ${stack}: the real engine makes of it what the program tests expect, and what its charts hold`, async () => {
      const { resources, problems, warnings, seconds } = await offlinePreview(stack);
      assert.deepEqual(problems, []);
      const list = listResources(resources);
      const charts = chartsOf(list);
      const ofChart = (chart: string): string[] => list.filter((line) => line.endsWith(` < ${chart}`));
      const expected = readFileSync(join(checkout, "test", "program", "expected", `${stack}.txt`), "utf8");
      const rendered = charts.flatMap(ofChart);
      assert.deepEqual(
        list.filter((line) => !rendered.includes(line)),
        expected.trimEnd().split("\n"),
      );
      const told = charts.filter((chart) =>
        warnings.some((text) => text.startsWith(`Chart ${chart}: `) && text.includes("is not rendered")),
      );
      assert.deepEqual(
        told,
        charts.filter((chart) => ofChart(chart).length === 0),
      );
      // The charts of ARC from 0.14 on are in a registry only; the sandbox has an older one.
      assert.deepEqual(told, stack === "local" ? [] : ["arc-chart"]);
      figure(`${stack}: ${resources.length} resources in ${seconds.toFixed(1)} s, ${warnings.length} warnings`);
    });
  }

  it("tells what is missing: charts, digests, and what of AWS is only echoed", async () => {
    const { warnings } = await offlinePreview("prod");
    assert.ok(
      warnings.some((text) => /chart gha-runner-scale-set-controller 0\.14\.2 of oci:.* is not rendered/.test(text)),
      warnings.join("\n"),
    );
    assert.ok(
      warnings.some((text) => text.startsWith("images without a digest, with which this stack cannot be deployed")),
    );
    assert.ok((await offlinePreview("eks")).warnings.some((text) => /types of aws are only echoed/.test(text)));
  });

  it("tells all mistakes of several stacks together, and ends with 1", async () => {
    const file = join(temporary(), "Pulumi.dev.yaml");
    writeFileSync(file, "config:\n  runner-platform:github: { configUrl: http://github.com/acme }\n");
    const { code, output } = await command("preview", "dev", "--config-file", file);
    assert.equal(code, 1);
    assert.match(output, /dev: the preview failed/);
    assert.match(output, /problem: github\.configUrl: given "http:\/\/github\.com\/acme"/);
    const unknown = await command("preview", "prd");
    assert.deepEqual([unknown.code, unknown.output.trim()], [1, 'there is no stack "prd": did you mean prod?']);
  });

  it("renders a stack to a folder, another time without any difference, and nothing secret in it", async () => {
    const folder = join(temporary(), "eks");
    const { resources, secretKeys } = await offlinePreview("eks");
    const { files, secrets, problems } = renderManifests(resources);
    assert.deepEqual(problems, []);
    const page = secretsPage("eks", secrets, secretKeys);
    assert.ok(page);
    const gone = { path: "1-manifest/v1-configmap-gone.yaml", content: "kind: ConfigMap\n" };
    writeFolder(folder, "eks", [...files, page, gone]);
    const before = contents(folder);
    const { code, output } = await command("render", "eks", folder);
    assert.equal(code, 0, output);
    assert.match(output, /: 0 files written, \d+ unchanged, 1 removed/);
    assert.match(output, /resources are no objects of the cluster \(aws\)/);
    const after = contents(folder);
    assert.deepEqual(new Map([...after, [gone.path, gone.content]]).size, before.size);
    for (const [name, text] of after) {
      if (name !== ".rendered.json") assert.equal(text, before.get(name), name);
      assert.ok(!text.includes(placeholderMark), name);
      assert.ok(!/^kind: Secret$/m.test(text), name);
    }
    const names = [...after.keys()];
    assert.ok(names.some((name) => name.startsWith("0-crd/")) && names.some((name) => name.startsWith("1-manifest/")));
    assert.match(after.get("SECRETS.md") ?? "", /`github_app_private_key`/);
  });

  it("refuses to take the echo of AWS for AWS", async () => {
    const echo = await startAwsProvider();
    const harness = await Harness.start(`aws:${echo.port}`);
    try {
      const stack = await harness.stack("echo", () => {
        const provider = new Provider("aws", { region: "eu-central-1" });
        const role = new aws.Role("role", { assumeRolePolicy: "{}" }, { provider });
        return Promise.resolve({ arn: role.arn });
      });
      await stack.preview();
      await assert.rejects(stack.up(), /only echoes what a preview would create: it cannot create aws:iam\/role:Role/);
    } finally {
      await harness.stop();
      await echo.stop();
    }
  });
});
