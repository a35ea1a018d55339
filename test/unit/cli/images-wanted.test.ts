import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { stackNames, wantedImages } from "../../../cli/images/wanted";
import { temporaryFolder } from "../../support/temporary";

const folder = temporaryFolder();

describe("wantedImages", () => {
  it("finds the images of every stack, each once, with who uses it", () => {
    const wanted = wantedImages({}, folder());
    const runner = wanted.find(({ reference }) => reference.startsWith("ghcr.io/actions/actions-runner:"));
    assert.ok(runner?.usedBy.includes("dev: images.runner"));
    assert.equal(new Set(wanted.map(({ reference }) => reference)).size, wanted.length);
  });

  it("leaves out images that are packed on the machine", () => {
    assert.ok(stackNames().includes("local"));
    assert.deepEqual(
      wantedImages({ stacks: ["local"] }, folder()).filter(({ reference }) => reference.includes("runner-platform/")),
      [],
    );
  });

  it("reads the stack's own configuration, its mirror too", () => {
    const images = "{ mirror: harbor.example.com/proxy, runner: 'registry.example.com/own:1' }";
    writeFileSync(join(folder(), "Pulumi.dev.yaml"), `config:\n  runner-platform:images: ${images}\n`);
    const own = wantedImages({ stacks: ["dev"] }, folder()).find(
      ({ reference }) => reference === "registry.example.com/own:1",
    );
    assert.deepEqual(own?.usedBy, ["dev: images.runner"]);
    assert.equal(own.mirror, "harbor.example.com/proxy");
    const direct = wantedImages({ stacks: ["dev"], mirror: false }, folder());
    assert.ok(direct.every(({ mirror }) => mirror === undefined));
  });

  it("finds the images of the older kinds where a stack has them, defaults included", () => {
    const legacyImages = (): string[] =>
      wantedImages({ stacks: ["dev"] }, folder())
        .flatMap(({ usedBy }) => usedBy)
        .filter((user) => user.includes("legacy."));
    assert.deepEqual(legacyImages(), []);
    writeFileSync(join(folder(), "Pulumi.dev.yaml"), "config:\n  runner-platform:legacy: { runnerDeployments: {} }\n");
    assert.ok(legacyImages().includes("dev: legacy.controller.images.controller"));
  });

  it("takes images that are named alone, and behind the mirror that is named", () => {
    assert.deepEqual(wantedImages({ images: ["docker:28"], mirror: "m.example.com" }, folder()), [
      {
        reference: "docker:28",
        parsed: { registry: "docker.io", repository: "library/docker", tag: "28" },
        usedBy: ["--image"],
        mirror: "m.example.com",
      },
    ]);
  });

  it("names all references that are none", () => {
    assert.throws(() => wantedImages({ images: ["docker", "ok:1", "Up:1"] }, folder()), {
      message: [
        "these are no references of images:",
        '  --image: given "docker"; allowed: [REGISTRY/]NAME:TAG, NAME@sha256:DIGEST, or both as NAME:TAG@sha256:DIGEST',
        '  --image: given "Up:1"; allowed: [REGISTRY/]NAME:TAG, NAME@sha256:DIGEST, or both as NAME:TAG@sha256:DIGEST',
      ].join("\n"),
    });
  });

  it("names the stacks there are when asked for another", () => {
    assert.throws(
      () => wantedImages({ stacks: ["staging"] }, folder()),
      new RegExp(`there is no stack "staging": use one of ${stackNames().join(", ")}`),
    );
  });
});
