/**
 * Measures a whole run of apps/vault-backup: `npx tsx bench/vault-backup.ts [MB ...]`, by default 10, 100, 1000 and 2000. A stub of Vault makes a
 * valid snapshot as it is asked for; two stores are servers of versitygw, which
 * the sandbox builds. The program runs as it is deployed: bundled, in a process of its own, whose peak of memory is what the kernel says (VmHWM). bench/README.md has figures.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeIdentity } from "../test/unit/apps/vault-backup/identity";
import { bundleForBench, measure, type Measured } from "./support/backup-process";
import { openBenchStore } from "./support/backup-stores";
import { openBenchVault } from "./support/backup-vault";

const mebibyte = 1024 * 1024;

async function main(): Promise<void> {
  const sizes = process.argv.slice(2).map(Number);
  const folder = mkdtempSync(join(tmpdir(), "vault-backup-bench-"));
  try {
    const identity = await makeIdentity();
    for (const [name, text] of Object.entries({
      "ca.crt": identity.authority,
      "tls.crt": identity.certificate,
      "tls.key": identity.key,
    }))
      writeFileSync(join(folder, name), text);
    const program = bundleForBench(folder);
    const results: Measured[] = [];
    for (const megabytes of sizes.length > 0 ? sizes : [10, 100, 1000, 2000]) {
      const work = join(folder, String(megabytes));
      mkdirSync(work);
      const vault = await openBenchVault(identity, megabytes * 1e6);
      const stores = [await openBenchStore(folder, work, "one"), await openBenchStore(folder, work, "two")];
      const result = await measure({ folder, work, program, vault, stores, megabytes });
      results.push(result);
      print(result);
      vault.close();
      for (const store of stores) store.close();
      rmSync(work, { recursive: true, force: true });
    }
    judge(results);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print({ megabytes, exitCode, wallSeconds, streamSeconds, uploadSeconds, peakBytes }: Measured): void {
  const [peak, bound] = [(peakBytes / mebibyte).toFixed(1), (1.15 * (streamSeconds + uploadSeconds)).toFixed(2)];
  process.stdout.write(
    `${megabytes} MB: exit ${exitCode}, wall ${wallSeconds.toFixed(2)} s (bound ${bound} s), ` +
      `stream open ${streamSeconds.toFixed(2)} s, slowest upload ${uploadSeconds.toFixed(2)} s, peak RSS ${peak} MiB\n`,
  );
}

function judge(results: readonly Measured[]): void {
  const [least, most] = [results[0], results.at(-1)];
  if (!least || !most) return;
  const ratio = most.peakBytes / least.peakBytes;
  const wall = most.wallSeconds / (most.streamSeconds + most.uploadSeconds);
  process.stdout.write(
    `peak RSS at ${most.megabytes} MB: ${(most.peakBytes / mebibyte).toFixed(1)} MiB (at most 128), ` +
      `${ratio.toFixed(2)} times that at ${least.megabytes} MB (at most 1.6); wall ${wall.toFixed(2)} times its parts (at most 1.15)\n`,
  );
  if (most.peakBytes > 128 * mebibyte || ratio > 1.6 || wall > 1.15 || results.some(({ exitCode }) => exitCode !== 0))
    process.exitCode = 1;
}

void main();
