import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createGzip } from "node:zlib";

import { pack } from "tar-stream";

import type { Identity } from "../../test/unit/apps/vault-backup/identity";
import { StubVault } from "../../test/unit/apps/vault-backup/stub-vault";

/** Written again and again; nothing that counts depends on what it holds, and it cannot be compressed, like the ciphertext of Vault. */
const block = randomBytes(256 * 1024);

/** A Vault whose snapshot has a state of so many bytes, made while it is sent and stored without compression, as OpenBao does. */
export async function openBenchVault(identity: Identity, stateBytes: number): Promise<StubVault> {
  const vault = new StubVault();
  vault.snapshot = (_, response) => void sendSnapshot(response, stateBytes);
  await vault.open(identity);
  return vault;
}

async function sendSnapshot(response: ServerResponse, size: number): Promise<void> {
  const tar = pack();
  // Everything is pulled by the socket: nothing is made before there is room for it.
  tar.pipe(createGzip({ level: 0, chunkSize: 256 * 1024 })).pipe(response);
  const meta = Buffer.from(JSON.stringify({ Version: 1, ID: "bolt-snapshot", Index: 10, Term: 2, Size: size }));
  tar.entry({ name: "meta.json" }, meta);
  const state = createHash("sha256");
  const entry = tar.entry({ name: "state.bin", size });
  for (let left = size; left > 0; left -= block.length) {
    const part = block.subarray(0, Math.min(left, block.length));
    state.update(part);
    if (!entry.write(part)) await once(entry, "drain");
  }
  entry.end(null);
  const sum = createHash("sha256").update(meta).digest("hex");
  tar.entry({ name: "SHA256SUMS" }, Buffer.from(`${sum}  meta.json\n${state.digest("hex")}  state.bin\n`));
  tar.entry({ name: "SHA256SUMS.sealed" }, Buffer.from("sealed"));
  tar.finalize();
}
