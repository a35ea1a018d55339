import type { Manifest } from "../manifest";

/**
 * `verified`: object and manifest are there and agree. `unverified`: one of them is missing or they disagree, whether an upload is going on,
 * was broken off, or was damaged. `foreign`: not of this program, cluster or version; never touched.
 */
export type BackupState = "verified" | "unverified" | "foreign";

/** What a store holds under one snapshot's key. */
export interface Backup {
  /** Of the snapshot; for `foreign` ones, of whatever is there. */
  readonly key: string;
  readonly state: BackupState;
  readonly clusterId: string;
  readonly index: number;
  /** By the key, to the second. */
  readonly takenAt: Date;
  /** By the store's clock: when the newest of the two objects was written. */
  readonly lastModified: Date;
  readonly bytes: number;
  readonly hasObject: boolean;
  readonly hasManifest: boolean;
  /** Of verified backups. */
  readonly manifest?: Manifest;
  /** Why it is not verified. */
  readonly problem?: string;
}
