import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { buildSync } from "esbuild";

import { benchKey, type BenchStore } from "./backup-stores";

export interface Measured {
  readonly megabytes: number;
  readonly exitCode: number;
  /** From start to end of the process, its own start included. */
  readonly wallSeconds: number;
  /** From the request for the snapshot to its last byte, with hashing, checking and writing. */
  readonly streamSeconds: number;
  /** Of the slower store, with confirmation. */
  readonly uploadSeconds: number;
  /** VmHWM. */
  readonly peakBytes: number;
}

interface Run {
  readonly folder: string;
  readonly work: string;
  readonly program: string;
  readonly vault: { readonly address: string };
  readonly stores: readonly BenchStore[];
  readonly megabytes: number;
}

/** The program as it is deployed. @returns its file */
export function bundleForBench(folder: string): string {
  const outfile = join(folder, "main.cjs");
  const entry = join(__dirname, "..", "..", "apps", "vault-backup", "main.ts");
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    minify: true,
    logLevel: "error",
  });
  return outfile;
}

export async function measure({ folder, work, program, vault, stores, megabytes }: Run): Promise<Measured> {
  const files = { token: "jwt-of-the-bench", id: benchKey.id, key: benchKey.secret };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
  mkdirSync(join(work, "spool"));
  writeFileSync(join(work, "config.json"), JSON.stringify(configOf(folder, work, vault.address, stores)));
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    [...(process.env["BENCH_NODE"] ?? "--max-semi-space-size=1 --max-old-space-size=64").split(" "), program, "run"],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { VAULT_BACKUP_CONFIG: join(work, "config.json") },
    },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (output += part));
  // It only grows; the last look before the end is near enough to the end.
  let peakBytes = 0;
  const timer = setInterval(() => (peakBytes = Math.max(peakBytes, peakOf(child.pid))), 20);
  const exitCode = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  clearInterval(timer);
  const wallSeconds = (performance.now() - begun) / 1000;
  if (exitCode !== 0) process.stderr.write(output);
  return { megabytes, exitCode, wallSeconds, peakBytes, ...timesOf(output) };
}

function peakOf(pid: number | undefined): number {
  try {
    const [, kibibytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, "utf8")) ?? [];
    return Number(kibibytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function timesOf(output: string): Pick<Measured, "streamSeconds" | "uploadSeconds"> {
  const lines = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { step: string; status?: string; seconds?: Record<string, number> });
  const snapshot = lines.find(({ step }) => step === "snapshot")?.seconds;
  const uploads = lines.filter(({ status }) => status === "complete").map(({ seconds }) => sum(seconds));
  return { streamSeconds: sum(snapshot), uploadSeconds: Math.max(0, ...uploads) };
}

function sum(seconds: Record<string, number> = {}): number {
  return Object.values(seconds).reduce((total, each) => total + each, 0);
}

function configOf(folder: string, work: string, address: string, stores: readonly BenchStore[]): object {
  const caFile = join(folder, "ca.crt");
  return {
    vault: {
      address,
      peers: [],
      caFile,
      loginMount: "kubernetes",
      role: "vault-backup",
      tokenFile: join(work, "token"),
    },
    spoolFolder: join(work, "spool"),
    stores: stores.map(({ name, endpoint }) => ({
      name,
      endpoint,
      region: "us-east-1",
      bucket: "backups",
      prefix: "vault",
      credentials: { kind: "keys", accessKeyIdFile: join(work, "id"), secretAccessKeyFile: join(work, "key") },
      caFile,
      pathStyle: true,
      encryption: { kind: "none" },
      timeoutSeconds: 600,
    })),
    retention: { days: 6, minKeep: 2, unverifiedGraceHours: 24 },
    deadlineSeconds: 1200,
  };
}
