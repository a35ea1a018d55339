import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Earlier } from "../../../../apps/vault-backup/compare";
import { type BackupConfig, parseConfig } from "../../../../apps/vault-backup/config";
import { BackupError } from "../../../../apps/vault-backup/errors";
import type { Log } from "../../../../apps/vault-backup/log";
import { run, type RunOptions, type RunStore } from "../../../../apps/vault-backup/run";
import type { BackUpOptions, StoreOutcome, VerifiedSnapshot } from "../../../../apps/vault-backup/types";
import type { Identity } from "./identity";
import { StubVault } from "./stub-vault";

export interface Line {
  readonly level: string;
  readonly step: string;
  readonly [field: string]: unknown;
}

/** A store of a few lines that keeps what it gets. */
export class StubStore implements RunStore {
  public readonly received: Buffer[] = [];
  public readonly options: BackUpOptions[] = [];
  public snapshot: VerifiedSnapshot | undefined;
  public earlier: readonly Earlier[] = [];
  public calls = 0;
  public failures = 0;
  /** Ends when the run is told to give up. */
  public hangs = false;

  public constructor(public readonly name: string) {}

  public list = (): Promise<readonly Earlier[]> => Promise.resolve(this.earlier);

  public backUp = async (snapshot: VerifiedSnapshot, options: BackUpOptions): Promise<StoreOutcome> => {
    this.calls += 1;
    this.options.push(options);
    this.snapshot = snapshot;
    const { deadline } = options;
    if (this.hangs && !deadline.aborted)
      await new Promise((resolve) => deadline.addEventListener("abort", resolve, { once: true }));
    const failed = this.hangs || this.calls <= this.failures;
    if (!failed) this.received.push(readFileSync(snapshot.file));
    return {
      store: this.name,
      status: failed ? "failed" : "complete",
      pruned: [],
      keptByLock: [],
      warnings: [],
      ...(failed && { error: { class: "unreachable", message: "no" } }),
      seconds: { upload: 1, confirm: 1 },
      verifiedBackups: 1,
    };
  };
}

/** A Vault, two stores, and a folder for one run. */
export class World {
  public readonly vault = new StubVault();
  public readonly stores = [new StubStore("aws"), new StubStore("onprem")];
  public readonly lines: Line[] = [];
  public readonly terminate = new AbortController();
  public config: BackupConfig;
  public readonly spool: string;

  private constructor(
    public readonly folder: string,
    address: string,
    vault: StubVault,
  ) {
    this.vault = vault;
    this.spool = join(folder, "spool");
    mkdirSync(this.spool);
    this.config = parseConfig({
      vault: {
        address,
        peers: [],
        caFile: join(folder, "ca.crt"),
        loginMount: "kubernetes",
        role: "vault-backup",
        tokenFile: join(folder, "token"),
      },
      spoolFolder: this.spool,
      stores: this.stores.map(({ name }) => storeConfig(name, folder)),
      retention: { days: 6, minKeep: 2, unverifiedGraceHours: 24 },
      deadlineSeconds: 20,
      retry: { attempts: 3, firstPauseMs: 5 },
    });
  }

  public static async open(folder: string, identity: Identity): Promise<World> {
    writeFileSync(join(folder, "ca.crt"), identity.authority);
    writeFileSync(join(folder, "token"), "jwt-of-the-service-account\n");
    for (const file of ["id", "key"]) writeFileSync(join(folder, file), `store-${file}-value`);
    const vault = new StubVault();
    await vault.open(identity);
    return new World(folder, vault.address, vault);
  }

  public change(vault: Partial<BackupConfig["vault"]>, rest: Partial<BackupConfig> = {}): void {
    this.config = { ...this.config, ...rest, vault: { ...this.config.vault, ...vault } };
  }

  public run(options: Partial<RunOptions> = {}): Promise<number> {
    const { config, stores, log, terminate } = this;
    return run({ config, stores, log, now: () => new Date(), terminate: terminate.signal, ...options });
  }

  public sigterm(): void {
    this.terminate.abort(new BackupError("terminated", { path: "run", what: "ended by SIGTERM" }));
  }

  /** Files that are left over. */
  public get left(): string[] {
    return readdirSync(this.spool);
  }

  public get end(): Line | undefined {
    return this.lines.at(-1);
  }

  private readonly log: Log = (level, step, fields = {}) => void this.lines.push({ level, step, ...fields });
}

export function storeConfig(name: string, folder: string, endpoint = "https://127.0.0.1:1") {
  return {
    name,
    endpoint,
    region: "eu",
    bucket: "backups",
    prefix: "vault",
    credentials: { kind: "keys", accessKeyIdFile: join(folder, "id"), secretAccessKeyFile: join(folder, "key") },
    caFile: join(folder, "ca.crt"),
    pathStyle: true,
    encryption: { kind: "none" },
    timeoutSeconds: 60,
  };
}

/** An earlier backup. */
export const manifest = (clusterId: string, index: number, bytes: number) => ({
  state: "verified" as const,
  manifest: { clusterId, index, bytes, takenAt: "2026-01-01T00:00:00Z" },
});
