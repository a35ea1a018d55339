import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import {
  emptyLock,
  type ImageLock,
  lockConflict,
  lockedImage,
  type LockEntry,
  parseLock,
} from "../../../../components/images/lock";

const digest = `sha256:${"a".repeat(64)}`;
const other = `sha256:${"b".repeat(64)}`;
const entry: LockEntry = {
  digest,
  mediaType: "application/vnd.oci.image.index.v1+json",
  platforms: ["linux/amd64"],
  lookedUp: "2026-11-24T12:00:00Z",
};
const lock: ImageLock = { schemaVersion: 1, images: { "docker.io/library/docker:28": entry } };

describe("lockedImage", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["docker.io/library/docker:28", `docker.io/library/docker:28@${digest}`],
    ["docker:28", `docker:28@${digest}`],
    ["docker.io/library/docker:29", "docker.io/library/docker:29"],
    ["ghcr.io/library/docker:28", "ghcr.io/library/docker:28"],
    [`docker.io/library/docker:28@${other}`, `docker.io/library/docker:28@${other}`],
    [`docker.io/library/docker@${other}`, `docker.io/library/docker@${other}`],
    ["no reference", "no reference"],
  ];
  for (const [reference, expected] of cases) {
    it(`makes ${expected.slice(0, 60)} of ${reference.slice(0, 60)}`, () => {
      assert.equal(lockedImage(reference, lock), expected);
    });
  }

  it("changes nothing with an empty lock, nor a second time", () => {
    fc.assert(
      fc.property(fc.constantFrom("docker:28", "docker.io/library/docker:28", "ghcr.io/a/b:1", "x"), (reference) => {
        assert.equal(lockedImage(reference, emptyLock), reference);
        const once = lockedImage(reference, lock);
        assert.equal(lockedImage(once, lock), once);
      }),
    );
  });

  it("is not misled by names that every object has", () => {
    assert.equal(lockedImage("constructor:1", emptyLock), "constructor:1");
  });
});

describe("lockConflict", () => {
  it("finds a digest of the settings that is another than the lock's", () => {
    assert.deepEqual(lockConflict(`docker:28@${other}`, lock), {
      what: `given "docker:28@${other}", but images.lock.json holds ${digest} for the same tag`,
      allowed: "the digest of the lock, or none, which takes it from there",
      fix: "leave the digest out, or take the entry out with `npm run images -- lock --prune` if it is the wrong one",
    });
  });

  for (const reference of [`docker:28@${digest}`, "docker:28", `docker:29@${other}`, `docker@${other}`]) {
    it(`has nothing against ${reference.slice(0, 30)}`, () => {
      assert.equal(lockConflict(reference, lock), undefined);
    });
  }
});

describe("parseLock", () => {
  const write = (changes: object, name = "docker.io/library/docker:28"): string =>
    JSON.stringify({ schemaVersion: 1, images: { [name]: { ...entry, ...changes } } });
  const path = '["images"]["docker.io/library/docker:28"]';

  it("reads what it understands", () => {
    assert.deepEqual(parseLock(JSON.stringify(lock)), lock);
  });

  it("reads the lock of this repository", () => {
    assert.equal(parseLock(readFileSync(join(__dirname, "../../../../images.lock.json"), "utf8")).schemaVersion, 1);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    [
      "a digest of another form",
      write({ digest: "sha256:1" }),
      `${path}["digest"]: wanted sha256: and 64 hexadecimal digits`,
    ],
    [
      "a time without a zone",
      write({ lookedUp: "2026-11-24" }),
      `${path}["lookedUp"]: wanted a time such as 2026-11-24T12:00:00Z`,
    ],
    ["a platform in words", write({ platforms: ["x86"] }), `${path}["platforms"][0]: wanted OS/ARCHITECTURE[/VARIANT]`],
    ["an unknown key", write({ note: "x" }), `${path}: Unrecognized key: "note"`],
    [
      "a key that is no full reference",
      write({}, "docker:28"),
      '["images"]["docker:28"]: wanted a full reference with a tag and without digest or mirror, such as docker.io/library/docker:28',
    ],
    [
      "another version of the form",
      JSON.stringify({ schemaVersion: 2, images: {} }),
      '["schemaVersion"]: wanted 1: another version of this program wrote the file',
    ],
  ];
  for (const [name, text, problem] of refused) {
    it(`refuses ${name}, and says where`, () => {
      assert.throws(() => parseLock(text), { message: `images.lock.json cannot be used:\n  ${problem}` });
    });
  }

  it("names all problems at once", () => {
    assert.throws(() => parseLock(write({ digest: "x", lookedUp: "y" })), /"digest"\].*\n.*"lookedUp"\]/);
  });

  it("says that a torn file is no JSON, and how to write it anew", () => {
    assert.throws(
      () => parseLock('{"schemaVersion": 1,', "here.json"),
      /^LockUnreadable: here\.json cannot be used:\n {2}it is no JSON \(.*npm run images -- lock/,
    );
  });
});
