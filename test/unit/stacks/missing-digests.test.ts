import assert from "node:assert/strict";

import { programFor } from "../../../components/program";
import { emptyLock } from "../../../components/images/lock";
import { decodeSettings } from "../../../stacks/decode";
import { formatProblems } from "../../../stacks/problems";
import { register } from "../../support/mocks";
import { chartAt, type Changes, config, messageOf } from "../../support/settings";

const wanted: Changes = { images: { requireDigest: true } };
const report = { missingDigests: "report" } as const;

describe("images without the digest that settings demand", () => {
  it("are refused unless they are only to be reported", () => {
    assert.match(messageOf("dev", wanted), /^4 problems .*\n {2}images\.controller: given /);
    const result = decodeSettings("dev", config(wanted), chartAt, emptyLock, report);
    assert.ok("settings" in result);
    assert.equal(result.settings.images.requireDigest, true);
    assert.deepEqual(
      result.missingDigests.map(({ path }) => path),
      ["images.controller", "images.runner", "images.dind", "images.node"],
    );
  });

  it("are found in whatever the settings add, hook templates too", () => {
    const resources = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
    const template = { spec: { containers: [{ name: "$job" }, { name: "tool", image: "tool:1.0.0", resources }] } };
    const changes = { ...wanted, scaleSets: { "runner-cpu": { job: { template } } } };
    const result = decodeSettings("dev", config(changes), chartAt, emptyLock, report);
    assert.ok("settings" in result, "problems" in result ? formatProblems("dev", result.problems) : "");
    assert.ok(result.missingDigests.some(({ path }) => path.startsWith("scaleSets.runner-cpu.job.template")));
  });

  it("hide no other problem, and are not told beside one", () => {
    const changes = { ...wanted, github: { configUrl: "https://github.com/acme", runnerGroup: 5 } };
    const result = decodeSettings("dev", config(changes), chartAt, emptyLock, report);
    assert.ok("problems" in result);
    assert.deepEqual(
      result.problems.map(({ path }) => path),
      ["github.runnerGroup"],
    );
  });

  it("do not lower what production demands", () => {
    const changes = { production: true, images: { requireDigest: false } };
    const result = decodeSettings("dev", config(changes), chartAt, emptyLock, report);
    assert.ok("problems" in result);
    assert.ok(result.problems.some(({ path }) => path === "images.requireDigest"));
  });

  it("stop the program that is deployed, and not the one that is previewed", async () => {
    const options = { stack: "dev", config: config(wanted), secretKeys: ["kubeconfig", "githubToken"] };
    await assert.rejects(register(programFor({}), options), /images\.controller: given/);
    assert.ok((await register(programFor(report), options)).all.length > 0);
  });
});
