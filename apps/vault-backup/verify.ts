import { createHash } from "node:crypto";
import { createGunzip } from "node:zlib";

import { extract, type Header } from "tar-stream";

import { BackupError } from "./errors";
import { messageOf } from "./log";
import { checkSums, parseMeta } from "./snapshot-format";
import type { SnapshotMeta } from "./types";

/** Members of a snapshot in their order, with what each may hold at most; `state.bin` holds whatever its meta.json says. */
const members = [
  { name: "meta.json", mostBytes: 64 * 1024 },
  { name: "state.bin", mostBytes: Infinity },
  { name: "SHA256SUMS", mostBytes: 4096 },
  { name: "SHA256SUMS.sealed", mostBytes: 1024 * 1024 },
] as const;

interface Member {
  readonly text: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Verified {
  readonly meta: SnapshotMeta;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256: string;
}

/** Takes a snapshot piece by piece, as it arrives. */
export interface Verifier {
  /** Resolves when more can be taken. @throws BackupError `snapshotInvalid` as soon as the snapshot cannot be right any more */
  readonly write: (chunk: Buffer) => Promise<void>;
  /** @throws BackupError `snapshotInvalid` with what is wrong */
  readonly end: () => Promise<Verified>;
  /** Frees what it holds; for a snapshot that is given up. */
  readonly destroy: () => void;
  /** So far. */
  readonly bytes: () => number;
}

/**
 * Checks the structure of a snapshot of Raft: gzip to its proper end, four members of tar in order, both sums, sealed sums, meta.json. Vault
 * gives no other way to notice a stream that broke off: the status is 200 before the first byte is read.
 *
 * What it cannot see is whether the seal opens it; that needs a restore.
 */
export function verifier(): Verifier {
  const whole = createHash("sha256");
  const gunzip = createGunzip();
  const tar = extract();
  const found: Member[] = [];
  let bytes = 0;
  let unpacked = 0;
  let tail = Buffer.alloc(0);
  let failure: Error | undefined;

  const done = new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      failure ??= invalid(messageOf(error), error);
      gunzip.destroy();
      tar.destroy();
      reject(failure);
    };
    gunzip.once("error", (error) => fail(new Error(`no whole gzip stream: ${error.message}`, { cause: error })));
    tar.once("error", (error: Error) => fail(new Error(`no whole tar archive: ${error.message}`, { cause: error })));
    tar.once("finish", resolve);
    tar.on("entry", (header, stream, next) => {
      readMember(found.length, header, stream).then((member) => {
        found.push(member);
        next();
      }, fail);
    });
    gunzip.on("data", (chunk: Buffer) => {
      unpacked += chunk.length;
      tail = Buffer.from(chunk.length >= 1024 ? chunk.subarray(-1024) : Buffer.concat([tail, chunk]).subarray(-1024));
      if (!tar.write(chunk)) {
        gunzip.pause();
        tar.once("drain", () => gunzip.resume());
      }
    });
    gunzip.once("end", () => tar.end(null));
  });
  // Awaited in `end`; until then a rejection is not forgotten, as `write` throws it.
  done.catch(() => undefined);

  return {
    write: async (chunk) => {
      if (failure) throw failure;
      whole.update(chunk);
      bytes += chunk.length;
      if (!gunzip.write(chunk)) await Promise.race([drained(gunzip), done]);
      // Set by the handlers above, which the compiler does not follow.
      const later = failure as Error | undefined;
      if (later) throw later;
    },
    end: async () => {
      if (bytes === 0) throw invalid("it is empty");
      gunzip.end();
      await done;
      if (gunzip.bytesWritten !== bytes)
        throw invalid(`${bytes - gunzip.bytesWritten} bytes follow the end of the gzip stream`);
      if (unpacked % 512 !== 0 || tail.length < 1024 || tail.some((byte) => byte !== 0))
        throw invalid("the tar archive has no end");
      return { meta: judge(found), bytes, sha256: whole.digest("hex") };
    },
    destroy: () => {
      gunzip.destroy();
      tar.destroy();
    },
    bytes: () => bytes,
  };
}

function drained(gunzip: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const resume = (): void => {
      // Of the three, two never come.
      for (const event of ["drain", "close", "end"]) gunzip.off(event, resume);
      resolve();
    };
    for (const event of ["drain", "close", "end"]) gunzip.once(event, resume);
  });
}

async function readMember(index: number, header: Header, stream: AsyncIterable<unknown>): Promise<Member> {
  const expected = members[index];
  if (!expected || header.name !== expected.name || header.type !== "file") {
    throw new Error(
      `member ${index + 1} is ${header.name} (${header.type}); allowed: ${members.map(({ name }) => name).join(", ")}`,
    );
  }
  if (header.size > expected.mostBytes)
    throw new Error(`${header.name} has ${header.size} bytes; allowed: ${expected.mostBytes}`);
  const hash = createHash("sha256");
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new Error("the archive gave something else than bytes");
    hash.update(chunk);
    bytes += chunk.length;
    if (expected.mostBytes !== Infinity) kept.push(chunk);
  }
  return { text: Buffer.concat(kept).toString("utf8"), sha256: hash.digest("hex"), bytes };
}

function judge(found: readonly Member[]): SnapshotMeta {
  const [metaMember, state, sums, sealed] = found;
  if (!metaMember || !state || !sums || !sealed) {
    const missing = members.slice(found.length).map(({ name }) => name);
    throw invalid(`${missing.join(", ")} missing`);
  }
  const problem = checkSums(sums.text, { "meta.json": metaMember.sha256, "state.bin": state.sha256 });
  if (problem !== undefined) throw invalid(problem);
  if (sealed.bytes === 0) throw invalid("SHA256SUMS.sealed is empty");
  const meta = parseMeta(metaMember.text);
  if (typeof meta === "string") throw invalid(meta);
  if (meta.size !== state.bytes) throw invalid(`state.bin has ${state.bytes} bytes, but meta.json says ${meta.size}`);
  return meta;
}

/** To be tried again: the commonest cause is a server that lost the leadership while it was writing. */
function invalid(what: string, cause?: unknown): BackupError {
  return new BackupError("snapshotInvalid", { path: "snapshot", what }, { again: true, cause });
}
