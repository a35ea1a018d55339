import assert from "node:assert/strict";

import fc from "fast-check";

import { snapshotKey } from "../../../../../apps/vault-backup/stores";
import type { Backup } from "../../../../../apps/vault-backup/stores/backup";
import { decideRetention, type RetentionInput } from "../../../../../apps/vault-backup/stores/retention";
import { cluster, dayMs, hourMs } from "./support";

const now = new Date("2026-11-29T03:10:00Z");
const other = "0f1e2d3c-0000-4000-8000-00000000000f";

function backup(takenAt: Date, index: number, more: Partial<Backup> = {}): Backup {
  const clusterId = more.clusterId ?? cluster;
  const key = snapshotKey("vault", { clusterId, takenAt, index });
  const basics = { key, state: "verified", clusterId, index, takenAt, lastModified: takenAt, bytes: 1 } as const;
  return { ...basics, hasObject: true, hasManifest: true, ...more };
}

const someBackup = fc
  .record({
    hoursAgo: fc.integer({ min: 1, max: 2000 }),
    index: fc.nat(1_000_000),
    state: fc.constantFrom("verified", "verified", "verified", "unverified", "foreign"),
    clusterId: fc.constantFrom(cluster, cluster, cluster, other),
    hasManifest: fc.boolean(),
    writtenHoursLater: fc.constantFrom(0, 0, 0, -300, 300),
  })
  .map(({ hoursAgo, index, state, clusterId, hasManifest, writtenHoursLater }) => {
    const takenAt = new Date(now.getTime() - hoursAgo * hourMs);
    const lastModified = new Date(takenAt.getTime() + writtenHoursLater * hourMs);
    return backup(takenAt, index, { state, clusterId, lastModified, hasManifest: state === "verified" || hasManifest });
  });

const fresh = backup(new Date(now.getTime() - 60_000), 2_000_000);

const someInput: fc.Arbitrary<RetentionInput> = fc.record({
  backups: fc
    .uniqueArray(someBackup, { selector: ({ key }) => key, maxLength: 40 })
    .map((backups): Backup[] => [...backups, fresh]),
  clusterId: fc.constant(cluster),
  uploaded: fc.constant(fresh.key),
  retention: fc.record({
    days: fc.integer({ min: 1, max: 60 }),
    minKeep: fc.nat(8),
    unverifiedGraceHours: fc.integer({ min: 1, max: 100 }),
  }),
  now: fc.constant(now),
  skewMs: fc.constant({ vault: 0, store: 0 }),
  suspicious: fc.constant([]),
});

const isVerified = ({ state, clusterId }: Backup): boolean => state === "verified" && clusterId === cluster;

describe("retention of backups", () => {
  it("never goes below the floor of verified backups", () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const { remove } = decideRetention(input);
        const before = input.backups.filter(isVerified).length;
        const after = before - remove.filter(isVerified).length;
        assert.ok(after >= Math.min(before, Math.max(1, input.retention.minKeep)));
      }),
    );
  });

  it("keeps the newest verified backups when it removes any", () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const removed = decideRetention(input).remove.filter(isVerified);
        const kept = input.backups.filter((one) => isVerified(one) && !removed.includes(one));
        const time = ({ takenAt, lastModified }: Backup): number => Math.min(takenAt.getTime(), lastModified.getTime());
        const newestKept = kept
          .map(time)
          .sort((a, b) => b - a)
          .slice(0, Math.max(1, input.retention.minKeep));
        assert.ok(removed.every((one) => newestKept.every((keptTime) => keptTime >= time(one))));
      }),
    );
  });

  it("removes nothing young, by the key or by the store's clock", () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const { days, unverifiedGraceHours } = input.retention;
        for (const { state, takenAt, lastModified } of decideRetention(input).remove) {
          const least = state === "verified" ? days * dayMs : unverifiedGraceHours * hourMs;
          assert.ok(now.getTime() - takenAt.getTime() > least && now.getTime() - lastModified.getTime() > least);
        }
      }),
    );
  });

  it("removes nothing foreign and nothing of another cluster", () => {
    fc.assert(
      fc.property(someInput, (input) =>
        decideRetention(input).remove.every(({ state, clusterId }) => state !== "foreign" && clusterId === cluster),
      ),
    );
  });

  it("removes nothing while anything is doubtful", () => {
    const fiveMinutes = 5 * 60_000;
    const doubts = fc.constantFrom<Partial<RetentionInput>>(
      { uploaded: undefined },
      { uploaded: backup(now, 5).key },
      { suspicious: ["the index went back"] },
      { skewMs: { vault: fiveMinutes + 1, store: 0 } },
      { skewMs: { vault: 0, store: -fiveMinutes - 1 } },
      { skewMs: { vault: Number.NaN, store: 0 } },
      { skewMs: { vault: undefined, store: 0 } },
      { skewMs: { vault: 0, store: undefined } },
    );
    fc.assert(
      fc.property(someInput, doubts, (input, doubt) => {
        const { remove, frozen } = decideRetention({ ...input, ...doubt });
        assert.deepEqual(remove, []);
        assert.notEqual(frozen, undefined);
      }),
    );
  });

  it("has nothing left to remove when asked again", () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const { remove } = decideRetention(input);
        const left = input.backups.filter((one) => !remove.includes(one));
        assert.deepEqual(decideRetention({ ...input, backups: left }).remove, []);
      }),
    );
  });

  it("decides alike whatever the order of the list", () => {
    fc.assert(
      fc.property(someInput, (input) => {
        const backwards = [...input.backups].reverse();
        assert.deepEqual(decideRetention({ ...input, backups: backwards }), decideRetention(input));
      }),
    );
  });

  it("never leaves a store empty with weekly backups, six days of retention and failures in between", () => {
    const weeks = fc.array(fc.constantFrom("good", "good", "fails", "unconfirmed"), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(weeks, fc.nat(3), (outcomes, minKeep) => {
        let held: Backup[] = [];
        let everGood = 0;
        for (const [week, outcome] of outcomes.entries()) {
          const taken = new Date(now.getTime() + week * 7 * dayMs);
          const written = backup(taken, week, outcome === "good" ? {} : { state: "unverified", hasManifest: false });
          if (outcome !== "fails") held.push(written);
          if (outcome === "good") everGood += 1;
          const { remove } = decideRetention({
            backups: held,
            clusterId: cluster,
            ...(outcome === "good" && { uploaded: written.key }),
            retention: { days: 6, minKeep, unverifiedGraceHours: 24 },
            now: new Date(taken.getTime() + 600_000),
            skewMs: { vault: 0, store: 0 },
            suspicious: [],
          });
          held = held.filter((one) => !remove.includes(one));
          assert.ok(held.filter(isVerified).length >= Math.min(everGood, Math.max(1, minKeep)));
        }
      }),
    );
  });

  it("keeps with the defaults what a weekly run expects: this week's and last week's", () => {
    const weekly = [0, 7, 14, 21].map((days) => backup(new Date(now.getTime() - days * dayMs - 60_000), 100 - days));
    const retention = { days: 6, minKeep: 2, unverifiedGraceHours: 24 };
    const common = { clusterId: cluster, uploaded: weekly[0]?.key, retention, now, skewMs: { vault: 0, store: 0 } };
    const { remove } = decideRetention({ backups: weekly, ...common, suspicious: [] });
    assert.deepEqual(
      remove.map(({ key }) => key),
      [weekly[3]?.key, weekly[2]?.key],
    );
  });

  it("lets a damaged backup with a manifest lie for as long as a good one", () => {
    const damaged = backup(new Date(now.getTime() - 3 * dayMs), 7, { state: "unverified" });
    const retention = { days: 6, minKeep: 1, unverifiedGraceHours: 24 };
    const common = {
      clusterId: cluster,
      uploaded: fresh.key,
      retention,
      skewMs: { vault: 0, store: 0 },
      suspicious: [],
    };
    assert.deepEqual(decideRetention({ backups: [damaged, fresh], ...common, now }).remove, []);
    const bare = { ...damaged, hasManifest: false };
    assert.deepEqual(decideRetention({ backups: [bare, fresh], ...common, now }).remove, [bare]);
  });
});
