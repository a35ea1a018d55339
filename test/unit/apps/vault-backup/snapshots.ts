import { createHash, randomBytes } from "node:crypto";
import { createGzip } from "node:zlib";

import { pack } from "tar-stream";

/** What a snapshot is made of; each part may be wrong. */
export interface SnapshotParts {
  readonly index?: number;
  readonly state?: Buffer;
  readonly sealed?: string;
  /** What meta.json says, over what would be right. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Text of SHA256SUMS. */
  readonly sums?: (right: string) => string;
  /** Members as they are written, by the right ones. */
  readonly members?: (right: readonly Member[]) => readonly Member[];
  /** 0 stores, as OpenBao does; 6 is Vault's. */
  readonly level?: number;
}

export interface Member {
  readonly name: string;
  readonly content: Buffer;
}

const sum = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

/** A snapshot of Raft as Vault writes it. */
export async function snapshot(parts: SnapshotParts = {}): Promise<Buffer> {
  const { index = 1234, state = randomBytes(300_000), sealed = "sealed", level = 6 } = parts;
  const meta = Buffer.from(
    JSON.stringify({
      Version: 1,
      ID: "bolt-snapshot",
      Index: index,
      Term: 3,
      Configuration: { Servers: [{ Suffrage: 0, ID: "vault-0", Address: "vault-0.vault-internal:8201" }] },
      ConfigurationIndex: 1,
      Size: state.length,
      ...parts.meta,
    }),
  );
  const right = `${sum(state)}  state.bin\n${sum(meta)}  meta.json\n`;
  const members: readonly Member[] = [
    { name: "meta.json", content: meta },
    { name: "state.bin", content: state },
    { name: "SHA256SUMS", content: Buffer.from(parts.sums?.(right) ?? right) },
    { name: "SHA256SUMS.sealed", content: Buffer.from(sealed) },
  ];
  const tar = await archive(parts.members?.(members) ?? members);
  return gzip(tar, level);
}

export async function archive(members: readonly Member[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, content } of members) tar.entry({ name }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function gzip(content: Buffer, level = 6): Promise<Buffer> {
  const stream = createGzip({ level });
  stream.end(content);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** With one bit of its middle changed. */
export function flipped(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}
