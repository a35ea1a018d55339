import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { BackupError } from "../../../../apps/vault-backup/errors";
import { checkRoom, receive, type Sink } from "../../../../apps/vault-backup/spool";
import { temporaryFolder } from "../../../support/temporary";
import { snapshot } from "./snapshots";

async function* pieces(content: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += 65_536) yield await Promise.resolve(content.subarray(at, at + 65_536));
}

describe("the spool", () => {
  const folder = temporaryFolder();

  it("needs room for the last backup and a tenth more", () => {
    checkRoom("/spool", 111, 100);
    checkRoom("/spool", 0, undefined);
    assert.throws(() => checkRoom("/spool", 109, 100), {
      message:
        "spoolFolder /spool: no room for the snapshot: about 111 bytes needed, 109 available; " +
        "fix: raise the size of the spool to at least 2.2 times the last backup",
    });
  });

  for (const code of ["ENOSPC", "EDQUOT", "EFBIG"]) {
    it(`says how much is needed when the disk is full: ${code} (20)`, async () => {
      const content = await snapshot();
      const file = join(folder(), "a.snap");
      let left = 100_000;
      const sink = {
        write: (chunk: Buffer, at: number, length: number) => {
          left -= Math.min(length, chunk.length - at);
          if (left < 0) return Promise.reject(Object.assign(new Error("write failed"), { code, syscall: "write" }));
          return Promise.resolve({ bytesWritten: length, buffer: chunk });
        },
        close: () => Promise.resolve(),
      } as unknown as Sink;
      await assert.rejects(
        receive(pieces(content), file, folder(), 5_000_000, () => Promise.resolve(sink)),
        (error) => {
          assert.ok(error instanceof BackupError);
          assert.equal(error.exitCode, 30);
          assert.equal(error.again, false);
          assert.match(error.message, /more than 5000000 bytes needed, \d+ available/);
          return true;
        },
      );
      assert.equal(existsSync(file), false);
    });
  }
});
