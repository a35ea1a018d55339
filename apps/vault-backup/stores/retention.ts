import type { Retention } from "../types";
import type { Backup } from "./backup";
import { mostSkewMs } from "./clock";

const hourMs = 3_600_000;

export interface RetentionInput {
  /** All that the store holds, from a list that is known to be whole. */
  readonly backups: readonly Backup[];
  /** Cluster that the new backup is of. */
  readonly clusterId: string;
  /** Key of the backup that was written and confirmed in this run; undefined when none was. */
  readonly uploaded?: string;
  readonly retention: Retention;
  readonly now: Date;
  /** Local clock minus Vault's and minus the store's, in milliseconds; undefined when not known. */
  readonly skewMs: { readonly vault: number | undefined; readonly store: number | undefined };
  /** Reasons to doubt the snapshot. */
  readonly suspicious: readonly string[];
}

export interface RetentionDecision {
  /** Oldest first. */
  readonly remove: readonly Backup[];
  /** Why nothing is removed whatever its age. */
  readonly frozen?: string;
}

/**
 * Which backups go. Nothing goes while anything is doubtful. Otherwise a verified backup goes when it is older than `days` and is not among
 * the newest `minKeep` verified ones, at least one; what is not verified is never counted, and goes after `unverifiedGraceHours`, or after
 * `days` if it has a manifest that somebody may want to look at. Age is the smaller of that by the key and that by the store: neither a clock
 * that was wrong nor a copy of the bucket makes a backup older than it is. Backups of other clusters and foreign objects stay.
 */
export function decideRetention(input: RetentionInput): RetentionDecision {
  const own = input.backups.filter(({ state, clusterId }) => state !== "foreign" && clusterId === input.clusterId);
  const frozen = doubt(input, own);
  if (frozen !== undefined) return { remove: [], frozen };
  const { days, minKeep, unverifiedGraceHours } = input.retention;
  const now = input.now.getTime();
  const age = (backup: Backup): number => now - newestTime(backup);
  const daysMs = days * 24 * hourMs;
  const verified = own.filter(({ state }) => state === "verified").sort(newestFirst);
  const rest = own.filter(({ state }) => state !== "verified");
  const remove = [
    ...verified.slice(Math.max(1, minKeep)).filter((backup) => age(backup) > daysMs && backup.key !== input.uploaded),
    ...rest.filter((backup) => {
      const grace = unverifiedGraceHours * hourMs;
      return age(backup) > (backup.hasObject && backup.hasManifest ? Math.max(grace, daysMs) : grace);
    }),
  ];
  return { remove: remove.sort(newestFirst).reverse() };
}

/** The first reason not to remove anything. */
function doubt(input: RetentionInput, own: readonly Backup[]): string | undefined {
  const { uploaded, suspicious, skewMs } = input;
  if (uploaded === undefined) return "no backup was confirmed in this run";
  if (suspicious.length > 0) return `the snapshot is doubtful: ${suspicious.join("; ")}`;
  if (skewMs.store === undefined) return "the store does not tell its time";
  if (skewMs.vault === undefined) return "Vault does not tell its time";
  const clocks = Object.entries({ "Vault's": skewMs.vault, "the store's": skewMs.store });
  // Written so that a skew that is no number counts as too large.
  const off = clocks.find(([, skew]) => !(Math.abs(skew) <= mostSkewMs));
  if (off !== undefined) return `the local clock differs from ${off[0]} by ${Math.round(off[1] / 1000)} s`;
  const seen = own.some(({ key, state }) => key === uploaded && state === "verified");
  return seen ? undefined : "the store's list does not show the new backup as verified";
}

/** The later of when it was taken by its key and when it was written by the store's clock. */
function newestTime({ takenAt, lastModified }: Backup): number {
  return Math.max(takenAt.getTime(), lastModified.getTime());
}

/**
 * By the time in the key, though never later than the store's clock says: a run whose clock was ahead must not hold the floor's places for
 * years. At the same time, by index and key, so that every run decides alike.
 */
function newestFirst(a: Backup, b: Backup): number {
  const time = ({ takenAt, lastModified }: Backup): number => Math.min(takenAt.getTime(), lastModified.getTime());
  return time(b) - time(a) || b.index - a.index || (a.key < b.key ? 1 : -1);
}
