import assert from "node:assert/strict";

import { emptyLock, type ImageLock } from "../../../components/images/lock";
import { decodeSettings } from "../../../stacks/decode";
import { formatProblems } from "../../../stacks/problems";
import { chartAt, config } from "../../support/settings";

const digest = `sha256:${"a".repeat(64)}`;
const other = `sha256:${"b".repeat(64)}`;
const runner = "ghcr.io/actions/actions-runner:2.336.0";
const lock: ImageLock = {
  ...emptyLock,
  images: {
    [runner]: {
      digest,
      mediaType: "application/vnd.oci.image.index.v1+json",
      platforms: ["linux/amd64"],
      lookedUp: "2026-11-24T12:00:00Z",
    },
  },
};

describe("images of the settings", () => {
  it("carry the digest that the lock holds for their tag, and stay as they are without one", () => {
    const result = decodeSettings("dev", config(), chartAt, lock);
    assert.ok("settings" in result);
    assert.equal(result.settings.images.runner, `${runner}@${digest}`);
    assert.doesNotMatch(result.settings.images.dind, /@/);
  });

  it("may not contradict the lock", () => {
    const result = decodeSettings("dev", config({ images: { runner: `${runner}@${other}` } }), chartAt, lock);
    assert.ok("problems" in result);
    assert.match(
      formatProblems("dev", result.problems),
      /images\.runner: given .*, but images\.lock\.json holds sha256:a/,
    );
  });

  it("satisfy requireDigest by the lock, and name the command for the others", () => {
    const result = decodeSettings("dev", config({ images: { requireDigest: true } }), chartAt, lock);
    assert.ok("problems" in result);
    assert.deepEqual(
      result.problems.map(({ path }) => path),
      ["images.controller", "images.dind", "images.node"],
    );
    assert.match(result.problems[0]?.fix ?? "", /npm run images -- lock/);
  });
});
