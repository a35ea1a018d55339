import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import fc from "fast-check";

import { doubts, newest } from "../../../../apps/vault-backup/compare";
import { canaryProblem, missing } from "../../../../apps/vault-backup/drill/expectations";
import { BackupError } from "../../../../apps/vault-backup/errors";
import { pushMetrics } from "../../../../apps/vault-backup/metrics";
import { redirectTarget } from "../../../../apps/vault-backup/redirects";
import { pauseMs } from "../../../../apps/vault-backup/retry";
import { classOf } from "../../../../apps/vault-backup/run";

const earlier = (clusterId: string, index: number, bytes: number, takenAt = "2026-01-01T00:00:00.000Z") => ({
  state: "verified" as const,
  manifest: { clusterId, index, bytes, takenAt },
});
const snapshot = { clusterId: "a", bytes: 100, meta: { index: 10 } };

describe("the comparison with earlier backups", () => {
  it("finds nothing to doubt when there is nothing, or less", () => {
    assert.deepEqual(doubts(snapshot, [], undefined), []);
    assert.deepEqual(doubts(snapshot, [earlier("a", 10, 200)], undefined), []);
  });

  it("doubts an index that went back and a size that was halved", () => {
    assert.equal(doubts(snapshot, [earlier("a", 11, 201)], undefined).length, 2);
  });

  it("compares with the newest verified backup alone", () => {
    const backups = [
      earlier("a", 99, 9999, "2026-01-01T00:00:00.000Z"),
      earlier("a", 9, 90, "2026-01-08T00:00:00.000Z"),
      { ...earlier("a", 99, 999, "2026-02-01T00:00:00.000Z"), state: "unverified" as const },
    ];
    assert.equal(newest(backups)?.index, 9);
    assert.deepEqual(doubts(snapshot, backups, undefined), []);
  });

  it("goes on doubting after the first suspicious backup", () => {
    const doubted = earlier("a", 9, 90, "2026-01-08T00:00:00.000Z");
    const backups = [
      earlier("a", 99, 100),
      { ...doubted, manifest: { ...doubted.manifest, suspicious: ["the index went back"] } },
    ];
    assert.match(doubts(snapshot, backups, undefined).join(), /from 99 to 10/);
  });

  it("accepts another cluster when the settings name it", () => {
    assert.equal(doubts(snapshot, [earlier("b", 1, 1)], undefined).length, 1);
    assert.deepEqual(doubts(snapshot, [earlier("b", 1, 1)], "a"), []);
  });
});

describe("a redirect of Vault", () => {
  const from = new URL("https://vault-active:8200/v1/sys/storage/raft/snapshot");
  const allowed = ["https://vault-active:8200", "https://vault-0.vault-internal:8200"];

  it("leads to a server of the cluster", () => {
    const location = "https://vault-0.vault-internal:8200/v1/sys/storage/raft/snapshot";
    assert.equal(redirectTarget(from, location, allowed).href, location);
  });

  for (const location of [
    undefined,
    "https://elsewhere:8200/v1/sys/storage/raft/snapshot",
    "http://vault-0.vault-internal:8200/v1/sys/storage/raft/snapshot",
    "https://vault-0.vault-internal:8201/v1/sys/storage/raft/snapshot",
    "https://vault-0.vault-internal.elsewhere:8200/v1/sys/storage/raft/snapshot",
    "https://vault-0.vault-internal:8200@elsewhere/v1/sys/storage/raft/snapshot",
    "https://user@vault-0.vault-internal:8200/v1/sys/storage/raft/snapshot",
    "//elsewhere/v1/sys/storage/raft/snapshot",
    "/v1/sys/seal",
    "https://",
  ]) {
    it(`does not lead to ${location ?? "nowhere"}`, () => {
      assert.throws(
        () => redirectTarget(from, location, allowed),
        (error) => (error as BackupError).exitCode === 24,
      );
    });
  }
});

describe("pauses between attempts", () => {
  it("are never longer than a minute, nor than twice the one before at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
        const pause = pauseMs(attempt, 2000, random);
        assert.ok(pause >= 0 && pause <= Math.min(60_000, 2000 * 2 ** (attempt - 1)));
      }),
    );
  });
});

describe("the class of a run", () => {
  const complete = { status: "complete" as const };
  const failed = { status: "failed" as const };
  const running = new AbortController().signal;
  const aborted = (exitClass: "deadline" | "terminated") =>
    AbortSignal.abort(new BackupError(exitClass, { path: "run", what: "x" }));

  it("is decided by all stores", () => {
    assert.equal(classOf([complete, complete], running), "complete");
    assert.equal(classOf([complete, failed], running), "partial");
    assert.equal(classOf([failed, failed], running), "allStoresFailed");
  });

  it("is the deadline when no store was complete before it, and the order to end in any case", () => {
    assert.equal(classOf([failed, failed], aborted("deadline")), "deadline");
    assert.equal(classOf([failed, complete], aborted("deadline")), "partial");
    assert.equal(classOf([complete, complete], aborted("deadline")), "complete");
    assert.equal(classOf([complete, failed], aborted("terminated")), "terminated");
  });
});

describe("what a drill expects", () => {
  it("is that all is there, and more may be", () => {
    const found = { mounts: ["secret/", "sys/"], auth: ["token/"], policies: ["default"] };
    assert.deepEqual(missing({ mounts: ["secret/"] }, found), []);
    assert.deepEqual(missing({ auth: ["kubernetes/"], policies: ["p"] }, found), [
      "auth: kubernetes/ is missing",
      "policies: p is missing",
    ]);
  });

  it("is a canary that was written just before the snapshot", () => {
    const takenAt = "2026-01-01T03:00:05.000Z";
    assert.equal(canaryProblem("2026-01-01T03:00:00.000Z", takenAt), undefined);
    assert.match(canaryProblem("2025-12-25T03:00:00.000Z", takenAt) ?? "", /written at 2025/);
    assert.match(canaryProblem("2026-01-01T03:00:06.000Z", takenAt) ?? "", /written at 2026/);
    assert.match(canaryProblem(undefined, takenAt) ?? "", /not there/);
    assert.match(canaryProblem("x", takenAt) ?? "", /no time/);
  });
});

describe("metrics of a run", () => {
  it("are added to a group for the run and one per store", async () => {
    const pushed = new Map<string, string>();
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        pushed.set(`${request.method ?? ""} ${request.url ?? ""}`, text);
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const seconds = { upload: 2, confirm: 1 };
    const outcome = { store: "aws", pruned: ["a"], keptByLock: [], warnings: [], seconds, verifiedBackups: 3 };
    const newestVerified = new Date(5000);
    await pushMetrics(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      { exitCode: 10, seconds: 5, suspicious: false, outcomes: [{ ...outcome, status: "failed", newestVerified }] },
      new Date(9000),
      () => undefined,
    );
    server.close();
    const run = pushed.get("POST /metrics/job/vault-backup") ?? "";
    assert.match(run, /^vault_backup_last_exit_code 10$/m);
    assert.match(run, /^vault_backup_last_run_timestamp_seconds 9$/m);
    assert.doesNotMatch(run, /last_success/, "the time of the last success stays");
    const store = pushed.get("POST /metrics/job/vault-backup/store/aws") ?? "";
    assert.match(store, /^vault_backup_store_up 0$/m);
    assert.match(store, /^vault_backup_store_last_verified_timestamp_seconds 5$/m);
  });

  it("are no failure of a backup when nobody takes them", async () => {
    const lines: string[] = [];
    const result = { exitCode: 0, seconds: 1, suspicious: false, outcomes: [] };
    await pushMetrics("http://127.0.0.1:1", result, new Date(), (level) => lines.push(level));
    assert.deepEqual(lines, ["warn"]);
  });
});
