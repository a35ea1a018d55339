import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";

import { BackupError } from "../../../../apps/vault-backup/errors";
import { checkSums, parseMeta } from "../../../../apps/vault-backup/snapshot-format";
import { type Verified, verifier } from "../../../../apps/vault-backup/verify";
import { gzip, snapshot, type SnapshotParts } from "./snapshots";

async function verify(content: Buffer, piece = 10_000): Promise<Verified> {
  const check = verifier();
  for (let at = 0; at < content.length; at += piece) await check.write(content.subarray(at, at + piece));
  return check.end();
}

async function refused(content: Buffer, reason: RegExp): Promise<void> {
  await assert.rejects(verify(content), (error) => {
    assert.ok(error instanceof BackupError);
    assert.equal(error.exitClass, "snapshotInvalid");
    assert.equal(error.again, true);
    assert.match(error.message, reason);
    return true;
  });
}

describe("the verification of a snapshot", () => {
  for (const level of [0, 6]) {
    it(`accepts what Vault writes, gzip level ${level}`, async () => {
      const state = randomBytes(200_000);
      const content = await snapshot({ index: 77, state, level });
      const { meta, bytes, sha256 } = await verify(content);
      assert.deepEqual(meta, {
        index: 77,
        term: 3,
        version: 1,
        id: "bolt-snapshot",
        size: 200_000,
        peers: ["vault-0.vault-internal:8201"],
      });
      assert.equal(bytes, content.length);
      assert.equal(sha256, createHash("sha256").update(content).digest("hex"));
    });
  }

  it("accepts it in pieces of any size", async () => {
    const content = await snapshot({ state: randomBytes(3000) });
    for (const piece of [1, 7, 512, content.length]) assert.equal((await verify(content, piece)).meta.size, 3000);
  });

  it("notices a stream that ends early, wherever", async () => {
    const content = await snapshot({ state: randomBytes(5000), level: 0 });
    const ends = [1, 8, 9, 300, 1200, 2000, 3000, content.length / 2, content.length - 5, content.length - 1];
    for (const missing of ends) await refused(content.subarray(0, content.length - Math.floor(missing)), /gzip|empty/);
  });

  it("notices an archive that ends between its members, in a whole gzip stream", async () => {
    const tar = gunzipSync(await snapshot({ state: Buffer.alloc(1024, 1) }));
    // Header and content of each: 2 blocks, 3, 2, 2, then the end.
    for (const blocks of [2, 5, 7]) await refused(await gzip(tar.subarray(0, blocks * 512)), /tar|missing/);
    await refused(await gzip(tar.subarray(0, 9 * 512)), /no end/);
    await refused(await gzip(tar.subarray(0, 10 * 512)), /no end/);
    for (const bytes of [100, 700, 1100]) await refused(await gzip(tar.subarray(0, bytes)), /tar/);
  });

  it("notices any flipped bit of the content", async () => {
    const content = await snapshot({ state: randomBytes(5000), level: 0 });
    for (let at = 12; at < content.length; at += 97) {
      const flipped = Buffer.from(content);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      await assert.rejects(verify(flipped), BackupError, `byte ${at}`);
    }
  });

  it("refuses what is no snapshot", async () => {
    await refused(Buffer.alloc(0), /empty/);
    await refused(Buffer.from('{"errors":["internal error"]}'), /gzip/);
    await refused(Buffer.from("<html>502</html>"), /gzip/);
    await refused(await gzip(Buffer.from("text")), /tar/);
    await refused(Buffer.concat([await snapshot(), Buffer.from("more")]), /gzip|follow the end/);
  });

  const wrong: readonly (readonly [string, SnapshotParts, RegExp])[] = [
    [
      "a sum that differs",
      { sums: (right) => right.replace(/^./, (c) => (c === "0" ? "1" : "0")) },
      /sum of state\.bin/,
    ],
    ["a sum too few", { sums: (right) => right.split("\n")[0] ?? "" }, /does not list meta\.json/],
    ["empty sealed sums", { sealed: "" }, /SHA256SUMS\.sealed is empty/],
    ["another size", { meta: { Size: 5 } }, /300000 bytes, but meta\.json says 5/],
    ["another version", { meta: { Version: 2 } }, /version 2/],
    ["no index", { meta: { Index: 0 } }, /index/],
    ["a member too few", { members: (right) => right.slice(0, 3) }, /SHA256SUMS\.sealed missing/],
    [
      "a member too many",
      { members: (right) => [...right, { name: "x", content: Buffer.from("x") }] },
      /member 5 is x/,
    ],
    [
      "members in another order",
      { members: ([a, b, ...rest]) => [b, a, ...rest].filter((m) => m !== undefined) },
      /member 1/,
    ],
    ["a large meta.json", { meta: { Fill: "x".repeat(70_000) } }, /meta\.json has 70/],
  ];
  for (const [name, parts, reason] of wrong) it(`refuses ${name}`, async () => refused(await snapshot(parts), reason));

  it("reads sums and meta.json strictly", () => {
    const digits = "a".repeat(64);
    assert.equal(checkSums(`${digits}  a\n`, { a: digits }), undefined);
    assert.match(checkSums(`${digits} a\n`, { a: digits }) ?? "", /no sum/);
    assert.match(checkSums(`${digits}  a\n${digits}  a\n`, { a: digits }) ?? "", /twice/);
    assert.match(checkSums(`${digits}  a\n${digits}  b\n`, { a: digits }) ?? "", /lists b/);
    assert.equal(parseMeta("no json"), "meta.json has the version undefined; allowed: 1");
  });
});
