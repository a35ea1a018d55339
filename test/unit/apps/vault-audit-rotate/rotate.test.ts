import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { prune, rotateOnce, type Rotation, type Surroundings } from "../../../../apps/vault-audit-rotate/rotate";
import { temporaryFolder } from "../../../support/temporary";

describe("the rotation of an audit log", () => {
  const temporary = temporaryFolder();
  const told: number[] = [];
  const path = (name: string): string => join(temporary(), name);
  const rotation = (changes: Partial<Rotation> = {}): Rotation => ({
    folder: temporary(),
    file: "audit.log",
    maxBytes: 10,
    files: 2,
    program: "bao",
    ...changes,
  });
  const now = new Date("2026-11-28T03:04:05.678Z");
  const moved = "audit-20261128T030405Z.log";
  /** A server that opens its log when it is told to. */
  const server = (changes: Partial<Surroundings> = {}): Partial<Surroundings> => ({
    processes: () => [7],
    signal: (pid) => {
      told.push(pid);
      writeFileSync(path("audit.log"), "");
    },
    now: () => now,
    patienceMs: 200,
    ...changes,
  });

  beforeEach(() => (told.length = 0));

  it("leaves a small log alone", async () => {
    writeFileSync(path("audit.log"), "123456789");
    assert.deepEqual(await rotateOnce(rotation(), server()), { kind: "small" });
    assert.deepEqual([readdirSync(temporary()), told], [["audit.log"], []]);
  });

  it("moves a large one away, and tells the server once", async () => {
    writeFileSync(path("audit.log"), "1234567890");
    assert.deepEqual(await rotateOnce(rotation(), server()), {
      kind: "rotated",
      file: path(moved),
      bytes: 10,
      reopened: true,
    });
    assert.deepEqual([readFileSync(path(moved), "utf8"), told], ["1234567890", [7]]);
  });

  it("never writes over what it has moved away in the same second", async () => {
    writeFileSync(path("audit.log"), "second 1234567890");
    writeFileSync(path(moved), "first");
    assert.deepEqual(await rotateOnce(rotation(), server()), { kind: "small" });
    assert.deepEqual([readFileSync(path(moved), "utf8"), existsSync(path("audit.log"))], ["first", true]);
  });

  it("moves nothing while there is no server", async () => {
    writeFileSync(path("audit.log"), "1234567890");
    assert.deepEqual(await rotateOnce(rotation(), server({ processes: () => [] })), { kind: "no process" });
    assert.deepEqual(readdirSync(temporary()), ["audit.log"]);
  });

  it("does not mind a server that opens no log, such as a standby, and leaves it in peace", async () => {
    writeFileSync(path("audit.log"), "1234567890");
    const deaf = server({ signal: (pid) => void told.push(pid) });
    const outcome = await rotateOnce(rotation(), deaf);
    assert.equal(outcome.kind === "rotated" && outcome.reopened, false);
    utimesSync(path(moved), now, new Date(now.getTime() - 120_000));
    assert.deepEqual(await rotateOnce(rotation(), deaf), { kind: "small" });
    assert.deepEqual(told, [7]);
  });

  it("tells a server again that still writes to the moved file", async () => {
    writeFileSync(path("audit.log"), "1234567890");
    await rotateOnce(rotation(), server({ signal: () => undefined }));
    appendFileSync(path(moved), "more");
    utimesSync(path(moved), now, now);
    assert.deepEqual(await rotateOnce(rotation(), server()), { kind: "told again", file: path(moved) });
    assert.deepEqual([told, existsSync(path("audit.log"))], [[7], true]);
  });

  it("keeps the newest files, and touches none of another name", () => {
    const names = ["audit-20261125T000000Z.log", "audit-20261126T000000Z.log", "audit-20261127T000000Z.log"];
    const others = ["audit.log", "audit-2026-11-01.log", "audit-20261125T000000Z.log.gz", "lost+found"];
    for (const name of [...names, ...others]) writeFileSync(path(name), "");
    assert.deepEqual(prune(rotation()), names.slice(0, 1));
    assert.deepEqual(readdirSync(temporary()).sort(), [...names.slice(1), ...others].sort());
    assert.deepEqual(prune(rotation()), []);
    assert.deepEqual(prune(rotation({ files: 1 })), names.slice(1, 2));
  });
});
