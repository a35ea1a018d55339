import assert from "node:assert/strict";
import { legacyImages, legacyRunnerImage } from "../../../../sandbox/legacy/images";

describe("the runner image of the older kinds", () => {
  it("lets its daemon write a socket without being root", () => {
    const image = legacyImages.find(({ name }) => name === legacyRunnerImage);
    const entries =
      image?.entries(
        new Map([
          ["runner", "/r"],
          ["docker", "/d"],
          ["toolbox", "/t"],
        ]),
      ) ?? [];
    assert.deepEqual(image?.user, "1001:1001");
    assert.ok(entries.some((entry) => entry.path === "run" && "mode" in entry && entry.mode === 0o1777));
    assert.ok(entries.some((entry) => entry.path === "usr/bin/dockerd"));
  });
});
