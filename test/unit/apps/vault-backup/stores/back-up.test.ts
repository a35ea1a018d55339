import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { readManifest } from "../../../../../apps/vault-backup/manifest";
import { backUp, download, listBackups, manifestKey } from "../../../../../apps/vault-backup/stores";
import { partBytes } from "../../../../../apps/vault-backup/stores/content";
import type { Fault, Operation } from "../../../../support/s3/server";
import { cluster, options, secretAccessKey, snapshotIn, stage, storeAt } from "./support";

const threeParts = 2 * partBytes + 1;

describe("a backup in a store", () => {
  const on = stage();
  /** The fault for the given attempts at one operation. */
  const failing = (operation: Operation, fault: Fault, from = 1, to = from): void => {
    on.server.fault = (request, count) =>
      request.operation === operation && count >= from && count <= to ? fault : undefined;
  };

  it("is written, confirmed, and marked by its manifest last", async () => {
    const snapshot = snapshotIn(on.folder, 1000);
    const outcome = await backUp(storeAt(on), snapshot, options(on.log));
    const { status, key = "", error, warnings, verifiedBackups } = outcome;
    assert.deepEqual(
      { status, error, warnings, verifiedBackups },
      { status: "complete", error: undefined, warnings: [], verifiedBackups: 1 },
    );
    assert.match(key, /^vault\/0f1e2d3c-[\w-]+\/\d{8}T\d{6}Z-4711\.snap$/);
    const writes = on.server.requests
      .filter(({ operation }) => operation === "PutObject")
      .map((request) => request.key);
    assert.deepEqual(writes, [key, manifestKey(key)]);
    const reading = readManifest(String(on.server.objects.get(manifestKey(key))?.body));
    assert.ok(reading.kind === "manifest");
    assert.equal(reading.manifest.sha256, snapshot.sha256);
    assert.equal(reading.manifest.suspicious, undefined);
  });

  for (const checksum of ["md5", "sha256"] as const) {
    it(`goes up in parts when it is large, with checksums by ${checksum}, at most two parts at a time`, async () => {
      const snapshot = snapshotIn(on.folder, threeParts);
      const outcome = await backUp(storeAt(on, {}, checksum), snapshot, options(on.log));
      assert.equal(outcome.status, "complete", outcome.error?.message);
      assert.deepEqual([on.server.count("UploadPart"), on.server.uploads.size], [3, 0]);
      assert.ok(on.server.mostPartsAtOnce <= 2);
      const [backup] = await listBackups(storeAt(on), cluster);
      assert.equal(backup?.state, "verified");
      const file = join(on.folder, "down.snap");
      const fetched = await download(storeAt(on), outcome.key ?? "", file, AbortSignal.timeout(10_000));
      assert.equal(fetched.sha256, snapshot.sha256);
    });
  }

  it("asks for the encryption that the settings name", async () => {
    const keyArn = "arn:aws:kms:eu-central-1:111122223333:key/x";
    const outcome = await backUp(
      storeAt(on, { encryption: { kind: "sse-kms", keyArn } }),
      snapshotIn(on.folder, 10),
      options(on.log),
    );
    assert.deepEqual(outcome.warnings, []);
    const headers = on.server.objects.get(outcome.key ?? "")?.headers ?? {};
    const prefix = "x-amz-server-side-encryption";
    assert.equal(headers[prefix], "aws:kms");
    assert.equal(headers[`${prefix}-aws-kms-key-id`], keyArn);
    assert.equal(headers[`${prefix}-bucket-key-enabled`], "true");
  });

  it("warns when a store ignores the encryption, and reads back where metadata is not kept", async () => {
    on.server.keepsMetadata = false;
    const outcome = await backUp(
      storeAt(on, { encryption: { kind: "sse-s3" } }),
      snapshotIn(on.folder, 10),
      options(on.log),
    );
    assert.equal(outcome.status, "complete");
    assert.match(outcome.warnings.join("\n"), /AES256 was asked for; the store states none\n.*no metadata/);
  });

  it("is sent again when it is damaged on the way (row 5)", async () => {
    failing("PutObject", { kind: "damage" });
    assert.equal((await backUp(storeAt(on), snapshotIn(on.folder, 1000), options(on.log))).status, "complete");
    failing("UploadPart", { kind: "damage" }, 2);
    const later = { takenAt: new Date(Date.now() + 1000) };
    assert.equal(
      (await backUp(storeAt(on), snapshotIn(on.folder, threeParts, later), options(on.log))).status,
      "complete",
    );
  });

  for (const kind of ["drop", "garble"] as const) {
    it(`is uploaded again when the store holds something else (${kind}, row 13)`, async () => {
      failing("PutObject", { kind });
      const outcome = await backUp(storeAt(on), snapshotIn(on.folder, 1000), options(on.log));
      assert.equal(outcome.status, "complete");
      assert.match(outcome.warnings.join(), /uploaded twice/);
    });

    it(`has no manifest, and frees its key, when the store holds something else twice (${kind}, row 13)`, async () => {
      failing("PutObject", { kind }, 1, 100);
      const outcome = await backUp(storeAt(on), snapshotIn(on.folder, 1000), options(on.log));
      assert.equal(outcome.error?.class, "mismatch");
      assert.equal(on.server.objects.size, 0);
    });
  }

  it("does not mind wrong ETags, which encryption changes too", async () => {
    failing("PutObject", { kind: "wrong-etag" }, 1, 100);
    assert.equal((await backUp(storeAt(on), snapshotIn(on.folder, 10), options(on.log))).status, "complete");
  });

  it("leaves no parts behind when an upload dies half-way (row 12)", async () => {
    failing("UploadPart", { kind: "error", status: 403, code: "AccessDenied" }, 2, 100);
    const outcome = await backUp(storeAt(on), snapshotIn(on.folder, threeParts), options(on.log));
    assert.equal(outcome.error?.class, "access-denied");
    assert.deepEqual([on.server.uploads.size, on.server.objects.size], [0, 0]);
    assert.equal(outcome.pruneSkipped, "no backup was confirmed in this run");
  });

  it("leaves no parts behind when it is told to stop (row 27)", async () => {
    failing("UploadPart", { kind: "stall" }, 2, 100);
    const deadline = new AbortController();
    setTimeout(() => deadline.abort(), 300);
    const outcome = await backUp(
      storeAt(on),
      snapshotIn(on.folder, threeParts),
      options(on.log, { deadline: deadline.signal }),
    );
    assert.equal(outcome.error?.class, "aborted");
    assert.equal(on.server.uploads.size, 0);
  });

  it("gives up on a slow store after the store's own time (row 11)", async () => {
    failing("PutObject", { kind: "stall" }, 1, 100);
    const begun = Date.now();
    const outcome = await backUp(storeAt(on, { timeoutSeconds: 1 }), snapshotIn(on.folder, 10), options(on.log));
    assert.equal(outcome.error?.class, "timeout");
    assert.match(outcome.error.message, /not done after 1 s/);
    assert.ok(Date.now() - begun < 5000);
  });

  it("bears broken connections and SlowDown (row 28)", async () => {
    on.server.fault = ({ operation }, count) => {
      if (operation === "PutObject" && count === 1) return { kind: "error", status: 503, code: "SlowDown" };
      return operation === "HeadObject" && count === 1 ? { kind: "reset" } : undefined;
    };
    assert.equal((await backUp(storeAt(on), snapshotIn(on.folder, 10), options(on.log))).status, "complete");
  });

  it("ends with a class of its own when SlowDown goes on (row 28)", async () => {
    failing("PutObject", { kind: "error", status: 503, code: "SlowDown" }, 1, 1000);
    const outcome = await backUp(storeAt(on, {}, "md5", 2), snapshotIn(on.folder, 10), options(on.log));
    assert.equal(outcome.error?.class, "slow-down");
    assert.equal(on.server.count("PutObject"), 2);
  });

  it("knows its own object when the answer to the upload got lost", async () => {
    failing("PutObject", { kind: "lost" });
    const outcome = await backUp(storeAt(on), snapshotIn(on.folder, 10), options(on.log));
    assert.equal(outcome.status, "complete", outcome.error?.message);
    failing("CompleteMultipartUpload", { kind: "lost" });
    const later = snapshotIn(on.folder, threeParts, { takenAt: new Date(Date.now() + 1000) });
    const inParts = await backUp(storeAt(on), later, options(on.log));
    assert.equal(inParts.status, "complete", inParts.error?.message);
  });

  it("overwrites nothing that another run wrote (row 18)", async () => {
    const first = snapshotIn(on.folder, 10);
    const { key = "" } = await backUp(storeAt(on), first, options(on.log));
    const second = snapshotIn(on.folder, 11, { takenAt: first.takenAt });
    const outcome = await backUp(storeAt(on), second, options(on.log));
    assert.equal(outcome.error?.class, "conflict");
    assert.equal(on.server.objects.get(key)?.body.length, 10);
    assert.equal(outcome.verifiedBackups, 1);
  });

  for (const bytes of [10, threeParts]) {
    it(`is written to stores without conditional create, too, and overwrites nothing there (${bytes} bytes)`, async () => {
      on.server.fault = ({ headers }) =>
        headers["if-none-match"] === "*" ? { kind: "error", status: 501, code: "NotImplemented" } : undefined;
      const first = snapshotIn(on.folder, bytes);
      const outcome = await backUp(storeAt(on), first, options(on.log));
      assert.equal(outcome.status, "complete", outcome.error?.message);
      const second = snapshotIn(on.folder, bytes + 1, { takenAt: first.takenAt });
      assert.equal((await backUp(storeAt(on), second, options(on.log))).error?.class, "conflict");
      assert.equal(on.server.uploads.size, 0);
    });
  }

  it("asks by a list where HeadObject is not allowed to say that nothing is there", async () => {
    on.server.fault = ({ operation, headers }, count) => {
      if (headers["if-none-match"] === "*") return { kind: "error", status: 501, code: "NotImplemented" };
      return operation === "HeadObject" && count === 1 ? { kind: "error", status: 403, code: "Forbidden" } : undefined;
    };
    const outcome = await backUp(storeAt(on), snapshotIn(on.folder, 10), options(on.log));
    assert.equal(outcome.status, "complete", outcome.error?.message);
  });

  it("says that restoring is impossible when the key is disabled (row 30)", async () => {
    failing(
      "PutObject",
      { kind: "error", status: 400, code: "KMS.DisabledException", message: "key is disabled" },
      1,
      100,
    );
    const { error } = await backUp(storeAt(on), snapshotIn(on.folder, 10), options(on.log));
    assert.equal(error?.class, "kms");
    assert.match(error.message, /no backup under this key can be restored/);
  });

  it("says that nothing listens (row 9)", async () => {
    const outcome = await backUp(
      storeAt(on, { endpoint: "http://127.0.0.1:9" }),
      snapshotIn(on.folder, 10),
      options(on.log),
    );
    assert.deepEqual([outcome.status, outcome.error?.class, outcome.pruned], ["failed", "unreachable", []]);
  });

  it("is compared with its manifest when it is fetched, and no wrong file stays", async () => {
    const { key = "" } = await backUp(storeAt(on), snapshotIn(on.folder, 10), options(on.log));
    on.server.put(key, "1234567890", new Date());
    const file = join(on.folder, "down.snap");
    await assert.rejects(download(storeAt(on), key, file, AbortSignal.timeout(9000)), /its manifest says 10/);
    writeFileSync(file, "mine", { flag: "wx" });
    await assert.rejects(download(storeAt(on), key, file, AbortSignal.timeout(9000)), /EEXIST/);
    on.server.objects.delete(manifestKey(key));
    await assert.rejects(
      download(storeAt(on), key, join(on.folder, "x"), AbortSignal.timeout(9000)),
      /never confirmed/,
    );
  });

  it("writes no secret into log or outcome (row 26)", async () => {
    failing(
      "PutObject",
      { kind: "error", status: 403, code: "AccessDenied", message: `no ${secretAccessKey}` },
      1,
      100,
    );
    const outcome = await backUp(storeAt(on), snapshotIn(on.folder, 10), options(on.log));
    assert.ok(!`${JSON.stringify(outcome)}${on.lines.join()}`.includes(secretAccessKey));
  });
});
