import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { arcImage, dockerImage } from "../../../../sandbox/images/catalog";
import { legacyRunnerImage } from "../../../../sandbox/legacy/images";
import { legacySettings } from "../../../../sandbox/legacy/settings";
import { stackConfig } from "../../../../sandbox/platform/stack-config";
import { decodeSettings } from "../../../../stacks/decode";
import { temporaryFolder } from "../../../support/temporary";

describe("what the sandbox adds to the section legacy", () => {
  const folder = temporaryFolder();

  function legacyOf(...lines: readonly string[]): unknown {
    const file = join(folder(), "Pulumi.local.yaml");
    writeFileSync(file, lines.join("\n"));
    const sandbox = { kubeconfig: "none", githubConfigUrl: "http://h/acme", githubToken: "t" };
    const value = stackConfig({ ...sandbox, legacy: legacySettings("10.88.0.1:8080") }, file)["runner-platform:legacy"];
    return value && (JSON.parse(value.value) as unknown);
  }

  it("is nothing while the configuration has no such section", () => {
    assert.equal(legacyOf("config: {}"), undefined);
  });

  it("is its own chart, images and addresses, below what the user says", () => {
    const legacy = legacyOf("config:", "  runner-platform:legacy:", "    controller: { replicas: 2, syncPeriod: 5s }");
    const { controller } = legacy as { controller: Record<string, unknown> };
    assert.deepEqual(controller["images"], { controller: arcImage, runner: legacyRunnerImage, dind: dockerImage });
    assert.equal(controller["githubApiUrl"], "http://10.88.0.1:8080/api/v3/");
    assert.equal(controller["runnerGithubUrl"], "http://10.88.0.1:8080/");
    assert.deepEqual([controller["replicas"], controller["syncPeriod"]], [2, "5s"]);
    const { chart, repository, version } = controller["chart"] as Record<string, unknown>;
    assert.match(String(chart), /\/legacy-chart$/);
    assert.deepEqual([repository, version], [null, null], "the published chart's address and version are taken out");
  });

  it("makes settings that the stack accepts, with runners from nothing but an owner and labels", () => {
    const file = join(folder(), "Pulumi.local.yaml");
    const runners =
      "{ organization: acme, docker: inRunner, replicas: 1, resources: { requests: { cpu: 10m, memory: 16Mi } } }";
    writeFileSync(file, `config:\n  runner-platform:legacy:\n    runnerDeployments: { r: ${runners} }\n`);
    const sandbox = { kubeconfig: "none", githubConfigUrl: "http://10.88.0.1:8080/acme", githubToken: "t" };
    const config = stackConfig({ ...sandbox, legacy: legacySettings("10.88.0.1:8080") }, file);
    const own = Object.entries(config).map(([key, { value }]) => [key.replace("runner-platform:", ""), value]);
    const result = decodeSettings("local", Object.fromEntries(own) as Record<string, string>, () => ({
      kind: "unknown",
    }));
    assert.deepEqual("problems" in result ? result.problems : [], []);
    const chart = "settings" in result ? result.settings.legacy?.controller.chart : undefined;
    assert.deepEqual(Object.keys(chart ?? {}), ["chart"]);
  });
});
