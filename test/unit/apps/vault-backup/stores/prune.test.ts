import assert from "node:assert/strict";

import { backUp, listBackups, manifestKey } from "../../../../../apps/vault-backup/stores";
import { cluster, dayMs, options, seed, snapshotIn, stage, storeAt } from "./support";

const other = "0f1e2d3c-0000-4000-8000-00000000000f";

describe("pruning of a store", () => {
  const on = stage();
  const run = (more = {}, snapshot = {}) =>
    backUp(storeAt(on), snapshotIn(on.folder, 100, snapshot), options(on.log, more));

  it("keeps this week's and last week's, and deletes what is older, manifests first", async () => {
    const [weekOld, ...older] = [7, 14, 21].map((days) => seed(on.server, days));
    const outcome = await run();
    assert.deepEqual(outcome.pruned, [...older].reverse());
    assert.equal(outcome.verifiedBackups, 2);
    assert.ok(on.server.objects.has(weekOld ?? ""));
    const deleted = on.server.requests.filter(({ operation }) => operation === "DeleteObject").map(({ key }) => key);
    assert.deepEqual(
      deleted,
      outcome.pruned.flatMap((key) => [manifestKey(key), key]),
    );
  });

  it("leaves no verified backup without its object when it is killed between the two", async () => {
    const old = [14, 21].map((days) => seed(on.server, days));
    seed(on.server, 7);
    on.server.fault = ({ operation }, count) =>
      operation === "DeleteObject" && count === 2 ? { kind: "error", status: 400, code: "Killed" } : undefined;
    const outcome = await run();
    assert.equal(outcome.status, "complete");
    assert.match(outcome.warnings.join(), /the rest is left to the next run/);
    const held = await listBackups(storeAt(on), cluster);
    assert.deepEqual(held.find(({ key }) => key === old[1])?.state, "unverified");
    assert.ok(held.every(({ state, hasObject }) => state !== "verified" || hasObject));
    on.server.fault = () => undefined;
    const next = await run({}, { takenAt: new Date(Date.now() + 2000) });
    assert.ok(next.pruned.includes(old[1] ?? "") && next.pruned.includes(old[0] ?? ""));
  });

  it("deletes nothing when the upload fails (rows 10 and 14)", async () => {
    for (const days of [7, 14, 21]) seed(on.server, days);
    on.server.fault = ({ operation }) =>
      operation === "PutObject" ? { kind: "error", status: 403, code: "AccessDenied" } : undefined;
    const outcome = await run();
    assert.deepEqual([outcome.status, outcome.pruned, outcome.verifiedBackups], ["failed", [], 3]);
    assert.equal(on.server.count("DeleteObject"), 0);
    assert.equal(on.server.objects.size, 6);
  });

  it("neither counts objects without manifest nor deletes them within the grace period (row 14)", async () => {
    const uploading = seed(on.server, 0.5, false);
    const brokenOff = seed(on.server, 2, false);
    const [weekOld] = [7, 14].map((days) => seed(on.server, days));
    const outcome = await run();
    assert.ok(outcome.pruned.includes(brokenOff));
    assert.ok(on.server.objects.has(uploading) && on.server.objects.has(weekOld ?? ""));
    assert.equal(outcome.verifiedBackups, 2);
  });

  for (const [whose, offset] of [
    ["ahead of", -10 * dayMs],
    ["behind", 6 * 60_000],
  ] as const) {
    it(`deletes nothing when the local clock is ${whose} the store's (row 15)`, async () => {
      for (const days of [7, 14, 21]) seed(on.server, days);
      on.server.clockOffsetMs = offset;
      const outcome = await run();
      assert.deepEqual([outcome.status, outcome.pruned], ["complete", []]);
      assert.match(outcome.pruneSkipped ?? "", /local clock differs from the store's by -?\d+ s/);
      assert.match(outcome.warnings.join(), /nothing was pruned/);
    });
  }

  it("deletes nothing when clocks differ from Vault's, or the store does not tell its time (row 15)", async () => {
    for (const days of [7, 14, 21]) seed(on.server, days);
    const ahead = await run({}, { clockSkewMs: -6 * 60_000 });
    assert.match(ahead.pruneSkipped ?? "", /differs from Vault's by -360 s/);
    on.server.clockOffsetMs = undefined;
    const silent = await run({}, { takenAt: new Date(Date.now() + 2000) });
    assert.match(silent.pruneSkipped ?? "", /does not tell its time/);
    assert.equal(on.server.count("DeleteObject"), 0);
  });

  it("touches neither foreign objects nor other clusters (rows 16, 18 and 25)", async () => {
    const long = new Date(Date.now() - 100 * dayMs);
    const stray = [
      "vault/readme.txt",
      `vault/${cluster}/notes.snap`,
      `vault/${cluster}/notes.manifest.json`,
      `vault/${cluster}/20260231T000000Z-5.snap`,
      `vault/${cluster}/20260101T000000Z-05.snap`,
      `vault/${cluster}/deeper/20260101T000000Z-5.snap`,
      `vault/${cluster}x/20260101T000000Z-5.snap`,
      `elsewhere/${cluster}/20260101T000000Z-5.snap`,
    ];
    for (const key of stray) on.server.put(key, "foreign", long);
    const others = [30, 40, 50].map((days) => seed(on.server, days, true, other));
    for (const days of [30, 40]) seed(on.server, days);
    const outcome = await run();
    assert.equal(outcome.pruned.length, 1);
    assert.ok([...stray, ...others].every((key) => on.server.objects.has(key)));
  });

  it("leaves alone what a newer version of the program wrote", async () => {
    const key = seed(on.server, 30);
    on.server.put(manifestKey(key), '{"version":2}', new Date(Date.now() - 30 * dayMs));
    const outcome = await run();
    assert.deepEqual(outcome.pruned, []);
    assert.ok(on.server.objects.has(key));
  });

  it("sees all pages of a long list (row 17)", async () => {
    on.server.pageSize = 10;
    const keys = Array.from({ length: 30 }, (_, week) => seed(on.server, 7 * (week + 1)));
    const outcome = await run();
    assert.deepEqual(new Set(outcome.pruned), new Set(keys.slice(1)));
    assert.equal(on.server.objects.size, 4);
  });

  it("lists 2500 objects in pages of 1000 (row 17)", async () => {
    for (let number = 0; number < 2500; number += 1) seed(on.server, 1 + number, false);
    const backups = await listBackups(storeAt(on), cluster);
    assert.deepEqual([backups.length, on.server.count("ListObjectsV2")], [2500, 3]);
  });

  it("deletes nothing when a page of the list fails (row 17)", async () => {
    on.server.pageSize = 10;
    for (let week = 1; week <= 30; week += 1) seed(on.server, 7 * week);
    on.server.fault = ({ operation }, count) =>
      operation === "ListObjectsV2" && count === 3 ? { kind: "error", status: 403, code: "AccessDenied" } : undefined;
    const outcome = await run();
    assert.deepEqual([outcome.status, outcome.pruned, outcome.verifiedBackups], ["complete", [], 1]);
    assert.match(outcome.pruneSkipped ?? "", /not known: AccessDenied/);
  });

  it("deletes nothing when a manifest cannot be had", async () => {
    const keys = [7, 14, 21].map((days) => seed(on.server, days));
    on.server.fault = ({ operation, key }) =>
      operation === "GetObject" && key === manifestKey(keys[0] ?? "")
        ? { kind: "error", status: 403, code: "AccessDenied" }
        : undefined;
    assert.deepEqual((await run()).pruned, []);
  });

  it("keeps what a lock keeps, whole, and says so without failing (row 21)", async () => {
    const keys = [7, 14, 21, 28, 35, 42].map((days) => seed(on.server, days));
    on.server.fault = ({ operation }) =>
      operation === "DeleteObject" ? { kind: "error", status: 403, code: "AccessDenied" } : undefined;
    const outcome = await run();
    assert.deepEqual([outcome.status, outcome.pruned, outcome.keptByLock.length], ["complete", [], 5]);
    assert.match(outcome.warnings.join(), /does not let 5 old backups be deleted/);
    assert.equal(outcome.verifiedBackups, 7);
    assert.equal(on.server.count("DeleteObject"), 3);
    assert.ok(keys.every((key) => on.server.objects.has(manifestKey(key))));
  });

  it("knows the way MinIO words a lock (row 21)", async () => {
    for (const days of [7, 14]) seed(on.server, days);
    const message = "Object is WORM protected and cannot be overwritten";
    on.server.fault = ({ operation }) =>
      operation === "DeleteObject" ? { kind: "error", status: 400, code: "InvalidRequest", message } : undefined;
    assert.equal((await run()).keptByLock.length, 1);
  });

  it("is frozen, and the manifest says why, while the snapshot is doubtful (row 23)", async () => {
    for (const days of [7, 14, 21]) seed(on.server, days);
    const outcome = await run({ suspicious: ["the index went back from 9000 to 4711"] });
    assert.deepEqual([outcome.status, outcome.pruned], ["complete", []]);
    assert.match(outcome.pruneSkipped ?? "", /the index went back/);
    const backups = await listBackups(storeAt(on), cluster);
    const newest = backups.find(({ key }) => key === outcome.key);
    assert.deepEqual(newest?.manifest?.suspicious, ["the index went back from 9000 to 4711"]);
  });

  it("tells the age of the last verified backup, and that the present one failed (row 24)", async () => {
    seed(on.server, 7);
    seed(on.server, 3, false);
    on.server.fault = ({ operation }) =>
      operation === "PutObject" ? { kind: "error", status: 403, code: "AccessDenied" } : undefined;
    const { newestVerified } = await run();
    assert.equal(Math.round((Date.now() - (newestVerified?.getTime() ?? 0)) / dayMs), 7);
  });

  it("can be left to others", async () => {
    for (const days of [7, 14, 21]) seed(on.server, days);
    const withoutPruning = { ...options(on.log), prune: false };
    const outcome = await backUp(storeAt(on), snapshotIn(on.folder, 100), withoutPruning);
    assert.deepEqual([outcome.pruned, outcome.warnings, outcome.pruneSkipped], [[], [], "pruning is left to others"]);
  });
});
