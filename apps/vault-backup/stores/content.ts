import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

/**
 * Bytes of the parts of an upload, and the most that is sent in one piece: the least that S3 takes. Two are in memory for each store, and TLS holds
 * each of them a second time; parts of 8 MiB took 40 MiB more for two stores.
 */
export const partBytes = 5 * 1024 * 1024;

/** Most parts that S3 takes for one object. */
const mostParts = 10_000;

/** What is uploaded: a file in the spool, or a text in memory. */
export interface Content {
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
  /**
   * A piece of it, read when it is asked for.
   *
   * @param into memory that may be used for it, at least as long, so that an upload of many parts needs that of a few only. @default new memory
   */
  read(start: number, length: number, into?: Buffer): Promise<Buffer>;
}

export interface Range {
  readonly start: number;
  readonly length: number;
}

/** A file whose size and sum are known. */
export function fileContent(file: string, bytes: number, sha256: string): Content {
  return {
    bytes,
    sha256,
    read: async (start, length, into = Buffer.allocUnsafeSlow(length)) => {
      const handle = await open(file, "r");
      try {
        const buffer = into.subarray(0, length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(buffer, filled, length - filled, start + filled);
          if (bytesRead === 0) throw new Error(`${file} ends at ${start + filled}, expected ${bytes} bytes`);
          filled += bytesRead;
        }
        return buffer;
      } finally {
        await handle.close();
      }
    },
  };
}

export function textContent(text: string): Content {
  const whole = Buffer.from(text);
  return {
    bytes: whole.length,
    sha256: createHash("sha256").update(whole).digest("hex"),
    read: (start, length) => Promise.resolve(whole.subarray(start, start + length)),
  };
}

/** The parts of an object, all of the same size but the last. Objects beyond 48 GiB get larger parts, as there may be 10 000. */
export function partsOf(bytes: number): Range[] {
  const size = Math.max(partBytes, Math.ceil(bytes / mostParts));
  return Array.from({ length: Math.ceil(bytes / size) }, (_, index) => ({
    start: index * size,
    length: Math.min(size, bytes - index * size),
  }));
}

/** SHA-256 in base64, as S3 writes checksums. */
export function sha256Base64(piece: Buffer): string {
  return createHash("sha256").update(piece).digest("base64");
}

/** MD5 in base64, for `Content-MD5`: it protects against faults on the way, not against attackers. */
export function md5Base64(piece: Buffer): string {
  return createHash("md5").update(piece).digest("base64");
}

/** Checksum that S3 states for an object of several parts: that of the parts' checksums, with their count behind. */
export function compositeSha256(partSums: readonly string[]): string {
  const hash = createHash("sha256");
  for (const sum of partSums) hash.update(Buffer.from(sum, "base64"));
  return `${hash.digest("base64")}-${partSums.length}`;
}
