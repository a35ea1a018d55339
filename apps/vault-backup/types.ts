import type { Log } from "./log";

/** What the snapshot says of itself (`meta.json`). */
export interface SnapshotMeta {
  readonly index: number;
  readonly term: number;
  readonly version: number;
  readonly id: string;
  /** Bytes of `state.bin`. */
  readonly size: number;
  /** Addresses of the servers, as Raft knows them. */
  readonly peers: readonly string[];
}

/** A snapshot that lies in the spool and whose structure and sums have been checked. */
export interface VerifiedSnapshot {
  readonly file: string;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256: string;
  readonly meta: SnapshotMeta;
  readonly clusterId: string;
  readonly clusterName: string;
  readonly vaultVersion: string;
  readonly takenAt: Date;
  /** local clock minus Vault's, milliseconds */
  readonly clockSkewMs: number;
}

/** How many backups stay; see docs/vault-backup.md. */
export interface Retention {
  readonly days: number;
  /** Verified backups that stay whatever their age. */
  readonly minKeep: number;
  /** How long what has no manifest stays. */
  readonly unverifiedGraceHours: number;
}

export interface BackUpOptions {
  readonly retention: Retention;
  readonly now: () => Date;
  /** Aborted at the deadline of the run and on SIGTERM. */
  readonly deadline: AbortSignal;
  readonly log: Log;
  /** Reasons to doubt the snapshot, found by comparison with what this store holds. Not empty: they go into the manifest and nothing is pruned. */
  readonly suspicious?: readonly string[];
}

export interface StoreOutcome {
  store: string;
  status: "complete" | "failed";
  key?: string;
  pruned: string[];
  keptByLock: string[];
  /** Why nothing was pruned. */
  pruneSkipped?: string;
  warnings: string[];
  error?: { class: string; message: string };
  seconds: { upload: number; confirm: number };
  verifiedBackups: number;
  newestVerified?: Date;
}
