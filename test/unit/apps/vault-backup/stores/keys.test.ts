import assert from "node:assert/strict";

import fc from "fast-check";

import { manifestOf, readManifest } from "../../../../../apps/vault-backup/manifest";
import { manifestKey, parseSnapshotKey, snapshotKey } from "../../../../../apps/vault-backup/stores";
import { StoreClock } from "../../../../../apps/vault-backup/stores/clock";
import { fileContent, partBytes, partsOf, textContent } from "../../../../../apps/vault-backup/stores/content";
import { cluster, snapshotIn, stage } from "./support";

describe("keys of snapshots", () => {
  it("hold cluster, time and index, and give them back", () => {
    const time = fc.date({ min: new Date("2000-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(fc.uuid(), time, fc.nat(), (clusterId, takenAt, index) => {
        const parsed = parseSnapshotKey("a/b", snapshotKey("a/b", { clusterId, takenAt, index }));
        const whole = new Date(Math.floor(takenAt.getTime() / 1000) * 1000);
        assert.deepEqual(parsed, { clusterId, takenAt: whole, index });
      }),
    );
  });

  it("are taken apart only when they would be written so", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const key of [
          text,
          `vault/${text}`,
          `vault/${cluster}/${text}`,
          `vault/${cluster}/20260101T000000Z-${text}.snap`,
        ]) {
          const parsed = parseSnapshotKey("vault", key);
          assert.ok(parsed === undefined || snapshotKey("vault", parsed) === key);
        }
      }),
    );
    assert.equal(
      parseSnapshotKey(
        "vault",
        manifestKey(snapshotKey("vault", { clusterId: cluster, takenAt: new Date(), index: 1 })),
      ),
      undefined,
    );
  });
});

describe("manifests", () => {
  const on = stage();

  it("are read as they were written", () => {
    const manifest = manifestOf(snapshotIn(on.folder, 10), "vault/x.snap", ["half the size"]);
    assert.deepEqual(readManifest(JSON.stringify(manifest)), { kind: "manifest", manifest });
  });

  it("are told from what is none, without an exception", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        assert.notEqual(readManifest(text).kind, "manifest");
      }),
    );
    assert.deepEqual(readManifest('{"version":2}'), { kind: "newer", version: 2 });
  });
});

describe("the content of an upload", () => {
  const on = stage();

  it("is cut into parts without gap, all but the last of the same size, 10 000 at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bytes) => {
        const parts = partsOf(bytes);
        assert.ok(parts.length <= 10_000 && parts.slice(0, -1).every(({ length }) => length >= partBytes));
        assert.equal(
          parts.reduce((end, { start, length }) => (start === end ? start + length : Number.NaN), 0),
          bytes,
        );
      }),
      { numRuns: 30 },
    );
  });

  it("is read from file and text alike, and a file that has become shorter is noticed", async () => {
    const { file, sha256 } = snapshotIn(on.folder, 100);
    assert.deepEqual(
      await fileContent(file, 100, sha256).read(3, 9),
      await textContent("snapshot ".repeat(12)).read(3, 9),
    );
    await assert.rejects(fileContent(file, 200, sha256).read(90, 20), /ends at 100, expected 200/);
  });
});

describe("the clock of a store", () => {
  it("is known to the second, and not before an answer told it", () => {
    const clock = new StoreClock();
    clock.note(undefined);
    clock.note("yesterday or so");
    assert.equal(clock.skewMs(new Date()), undefined);
    clock.note(new Date(Date.now() - 60_000).toUTCString());
    assert.ok(Math.abs((clock.skewMs(new Date()) ?? 0) - 60_000) < 1500);
  });
});
