import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import { claimOf, mountedBy, volumeOf } from "../../../cli/audit/cluster";
import { formatHours, parseHours } from "../../../cli/audit/duration";
import { type AuditArgs, type Finding, findings } from "../../../cli/audit/findings";
import { parseImageList } from "../../../cli/audit/image-list";
import type { AuditedClaim, AuditedCluster, AuditedVolume } from "../../../cli/audit/objects";
import { formatAudit, imagesHint } from "../../../cli/audit/print";
import { temporaryFolder } from "../../support/temporary";

const now = new Date("2026-09-15T12:00:00Z");
const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

const volume = (name: string, changes: Partial<AuditedVolume> = {}): AuditedVolume => ({
  name,
  phase: "Bound",
  storageClass: "rook-ceph-block",
  reclaimPolicy: "Delete",
  claim: "runners/work",
  since: ago(48),
  image: `csi-vol-${name}`,
  ...changes,
});
const claim = (name: string, changes: Partial<AuditedClaim> = {}): AuditedClaim => ({
  namespace: "runners",
  name,
  phase: "Bound",
  storageClass: "rook-ceph-block",
  created: ago(48),
  kept: false,
  ...changes,
});

function audit(cluster: Partial<AuditedCluster>, changes: Partial<AuditArgs> = {}): string[] {
  const whole = { volumes: [], claims: [], mounted: new Set<string>(), ...cluster };
  return findings({ cluster: whole, now, olderThanHours: 24, ...changes }).map(
    ({ kind, name, what, hours }) => `${kind} ${name} ${formatHours(hours)}: ${what}`,
  );
}

describe("the audit of storage", () => {
  it("finds nothing where every volume has its claim and every claim its pod", () => {
    const cluster = { volumes: [volume("a")], claims: [claim("work")], mounted: new Set(["runners/work"]) };
    assert.deepEqual(audit(cluster, { images: [{ name: "csi-vol-a", trash: false }] }), []);
  });

  it("finds volumes whose claim is gone, the oldest first, and says which were meant to stay", () => {
    const volumes = [
      volume("a", { phase: "Released", since: ago(30) }),
      volume("b", { phase: "Failed", since: ago(100) }),
      volume("c", { phase: "Released", since: ago(50), reclaimPolicy: "Retain", storageClass: "", claim: undefined }),
      volume("young", { phase: "Released", since: ago(23) }),
      volume("free", { phase: "Available" }),
    ];
    assert.deepEqual(audit({ volumes }), [
      "volume b (rook-ceph-block) 4d: Failed: its claim runners/work is gone, and it was to go too",
      "volume c (no class) 2d: Released: its claim (unknown) is gone, and it is kept until somebody deletes it",
      "volume a (rook-ceph-block) 30h: Released: its claim runners/work is gone, and it was to go too",
    ]);
  });

  it("finds claims that wait, that no pod mounts, or that hang in their deletion, but not those that are to stay", () => {
    const claims = [
      claim("pending", { phase: "Pending", created: ago(25) }),
      claim("idle"),
      claim("mounted"),
      claim("going", { deleted: ago(26) }),
      claim("cache", { kept: true }),
      claim("cache-pending", { kept: true, phase: "Pending", created: ago(72) }),
      claim("young", { created: ago(1) }),
    ];
    assert.deepEqual(audit({ claims, mounted: new Set(["runners/mounted"]) }), [
      "claim runners/cache-pending (rook-ceph-block) 3d: Pending: no volume has come",
      "claim runners/idle (rook-ceph-block) 2d: mounted by no pod",
      "claim runners/going (rook-ceph-block) 26h: deleted, but still there",
      "claim runners/pending (rook-ceph-block) 25h: Pending: no volume has come",
    ]);
  });

  it("looks at claims of the namespaces that are named, where some are", () => {
    const claims = [claim("a"), claim("b", { namespace: "vault" })];
    assert.deepEqual(audit({ claims }, { namespaces: ["vault"] }), [
      "claim vault/b (rook-ceph-block) 2d: mounted by no pod",
    ]);
  });

  it("finds images of volumes that no volume knows, and leaves others' images and the trash alone", () => {
    const images = [
      { name: "csi-vol-a", trash: false },
      { name: "csi-vol-lost", trash: false, created: ago(30) },
      { name: "csi-vol-unknown-age", trash: false },
      { name: "csi-vol-new", trash: false, created: ago(1) },
      { name: "csi-vol-thrown-away", trash: true },
      { name: "virtual-machine", trash: false },
    ];
    assert.deepEqual(audit({ volumes: [volume("a")] }, { images }), [
      "image csi-vol-lost 30h: no volume",
      "image csi-vol-unknown-age ?: no volume; how old it is, the listing does not say",
    ]);
  });

  it("warns of a trash that is half as long as one can be listed", () => {
    const images = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ name: `csi-vol-${index}`, trash: true }));
    assert.deepEqual(audit({}, { images: images(511) }), []);
    assert.deepEqual(audit({}, { images: images(512) }), [
      "trash 512 images ?: beyond 1024 entries Ceph's clients cannot list the trash, and no volume is deleted any more",
    ]);
  });

  it("never calls an image lost whose volume is there, and always one whose volume is not", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxLength: 12 });
    fc.assert(
      fc.property(names, fc.func(fc.boolean()), (all, kept) => {
        const volumes = all.filter((name) => kept(name)).map((name) => volume(name));
        const images = all.map((name) => ({ name: `csi-vol-${name}`, trash: false, created: ago(30) }));
        const cluster = { volumes, claims: [], mounted: new Set<string>() };
        const found: readonly Finding[] = findings({ cluster, images, now, olderThanHours: 24 });
        const lost = all.filter((name) => !kept(name)).map((name) => `csi-vol-${name}`);
        assert.deepEqual(found.map(({ name }) => name).sort(), lost.sort());
      }),
    );
  });
});

describe("what the audit reads of a cluster", () => {
  it("is a volume's phase since when it has it, its claim, and the image behind it", () => {
    assert.deepEqual(
      volumeOf({
        metadata: { name: "pvc-1", creationTimestamp: ago(100) },
        spec: {
          storageClassName: "block",
          persistentVolumeReclaimPolicy: "Delete",
          claimRef: { namespace: "runners", name: "work" },
          csi: { volumeAttributes: { imageName: "csi-vol-1" } },
        },
        status: { phase: "Released", lastPhaseTransitionTime: ago(30) },
      }),
      {
        name: "pvc-1",
        phase: "Released",
        storageClass: "block",
        reclaimPolicy: "Delete",
        claim: "runners/work",
        since: ago(30),
        image: "csi-vol-1",
      },
    );
  });

  it("is whether a claim is marked to stay", () => {
    const metadata = { name: "cache", namespace: "runners", creationTimestamp: ago(2) };
    assert.equal(claimOf({ metadata: { ...metadata, labels: { "runner-platform/claim": "kept" } } }).kept, true);
    assert.equal(claimOf({ metadata }).kept, false);
  });

  it("is the claims of pods that have not ended, ephemeral ones by their names", () => {
    const pod = (phase: string) =>
      mountedBy({
        metadata: { name: "runner-x", namespace: "runners" },
        spec: {
          volumes: [
            { name: "work", ephemeral: {} },
            { name: "cache", persistentVolumeClaim: { claimName: "ccache" } },
            { name: "tmp" },
          ],
        },
        status: { phase },
      });
    assert.deepEqual(pod("Running"), ["runners/runner-x-work", "runners/ccache"]);
    assert.deepEqual(pod("Succeeded"), []);
  });
});

describe("a listing of images", () => {
  it("may hold names, objects with snapshots, or the trash", () => {
    assert.deepEqual(parseImageList('["csi-vol-1"]', "x"), [{ name: "csi-vol-1", trash: false }]);
    const long = [
      { image: "csi-vol-1", id: "1", size: 1, format: 2, create_timestamp: "Mon Sep 14 06:00:00 2026" },
      { image: "csi-vol-1", snapshot: "s", snapshot_id: 4 },
    ];
    const [image, ...others] = parseImageList(JSON.stringify(long), "x");
    assert.deepEqual([image?.name, image?.trash, others.length], ["csi-vol-1", false, 0]);
    assert.ok(image?.created);
    assert.deepEqual(parseImageList('[{"id":"1","name":"csi-vol-2"}]', "x"), [{ name: "csi-vol-2", trash: true }]);
  });

  it("is refused in words where it is something else", () => {
    const accepted = "allowed: what `rbd ls --long --format json POOL` or `rbd trash ls --format json POOL` prints";
    for (const [text, message] of [
      ["csi-vol-1", `images.json is no JSON; ${accepted}`],
      ["{}", `images.json holds no list; ${accepted}`],
      ['["csi-vol-1", {"id": "1"}]', `images.json: entry 2 names no image; ${accepted}`],
    ] as const)
      assert.throws(() => parseImageList(text, "images.json"), { message });
  });
});

describe("durations of the audit", () => {
  it("are numbers with a unit", () => {
    assert.deepEqual(["90m", "24h", "7d", "0m"].map(parseHours), [1.5, 24, 168, 0]);
    for (const text of ["24", "h", "-1h", "1w"]) assert.throws(() => parseHours(text), /use a number with m, h or d/);
  });

  it("are printed as people say them", () => {
    assert.deepEqual([0.5, 1.99, 2, 47, 48, undefined].map(formatHours), ["30m", "119m", "2h", "47h", "2d", "?"]);
  });
});

describe("the report of the audit", () => {
  const cluster = { volumes: [volume("a")], claims: [], mounted: new Set<string>() };

  it("says what was looked at where nothing was found", () => {
    assert.equal(
      formatAudit([], cluster, undefined, 24),
      "Nothing has leaked for at least 24h (1 volumes, 0 claims, images not looked at).",
    );
  });

  it("is a table otherwise", () => {
    const found: Finding[] = [{ kind: "image", name: "csi-vol-1", what: "no volume", hours: 30 }];
    const lines = formatAudit(found, cluster, [], 0)
      .split("\n")
      .map((line) => line.trimEnd());
    assert.deepEqual(lines, [
      "1 found (1 volumes, 0 claims, 0 images):",
      "",
      "KIND   NAME       FOR  WHAT",
      "image  csi-vol-1  30h  no volume",
    ]);
  });

  it("says how to compare images, and of --exec-tools only where there are tools", () => {
    assert.match(
      imagesHint(false, "rook-ceph", "replicapool"),
      /rook-ceph-tools -- rbd ls --long --format json replicapool/,
    );
    assert.doesNotMatch(imagesHint(false, "rook-ceph", "replicapool"), /exec-tools/);
    assert.match(imagesHint(true, "rook-ceph", "replicapool"), /--exec-tools$/);
  });
});

describe("npm run audit -- storage", () => {
  const root = join(__dirname, "../../..");
  const folder = temporaryFolder();
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "cli/audit.ts", "storage", ...args], {
      cwd: root,
      encoding: "utf8",
    });
    return { status, stderr: stderr.trim() };
  };

  it("ends with 2 and a message alone when it cannot look", () => {
    const file = join(folder(), "images.json");
    writeFileSync(file, "[]");
    assert.deepEqual(run("--images", file, "--exec-tools"), {
      status: 2,
      stderr: "use one of --images and --exec-tools: both say which images there are",
    });
    const missing = join(folder(), "nowhere");
    const { status, stderr } = run("--kubeconfig", missing);
    assert.equal(status, 2);
    assert.match(stderr, /^cannot read .*nowhere\n {2}because: ENOENT/);
  });
}).timeout(60_000);
