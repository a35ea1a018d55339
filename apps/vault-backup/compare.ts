import type { VerifiedSnapshot } from "./types";

/** What of an earlier backup is compared. */
export interface Earlier {
  readonly state: "verified" | "unverified" | "foreign";
  readonly manifest?: {
    readonly clusterId: string;
    readonly index: number;
    readonly bytes: number;
    readonly takenAt: string;
    readonly suspicious?: readonly string[] | undefined;
  };
}

type Snapshot = Pick<VerifiedSnapshot, "clusterId" | "bytes"> & { readonly meta: { readonly index: number } };

/** A database does not lose half of its size from week to week. */
const smallestPart = 0.5;

/**
 * The newest verified backup of a cluster (of any, if none is given). Suspicious ones are passed over: else the second of them would look right
 * beside the first, and what was good before would be pruned.
 */
export function newest(backups: readonly Earlier[], clusterId?: string): Earlier["manifest"] {
  return backups
    .flatMap(({ state, manifest }) => (state === "unverified" || !manifest ? [] : [manifest]))
    .filter((manifest) => (manifest.suspicious ?? []).length === 0)
    .filter((manifest) => clusterId === undefined || manifest.clusterId === clusterId)
    .reduce<Earlier["manifest"]>((best, each) => (best && best.takenAt >= each.takenAt ? best : each), undefined);
}

/**
 * Reasons to doubt a snapshot by what a store holds already: Raft's index only grows, a database seldom shrinks, and a store belongs to one
 * cluster. Such a snapshot is kept like any other, but nothing older is removed for it.
 *
 * @param configuredId the cluster's id by the settings; it says that a change was intended
 */
export function doubts(snapshot: Snapshot, backups: readonly Earlier[], configuredId: string | undefined): string[] {
  const last = newest(backups, snapshot.clusterId);
  if (!last) {
    const other = newest(backups);
    if (!other || configuredId === snapshot.clusterId) return [];
    return [`the earlier backups here are of the cluster ${other.clusterId}, this one is of ${snapshot.clusterId}`];
  }
  return [
    ...(snapshot.meta.index < last.index
      ? [
          `the index went back from ${last.index} to ${snapshot.meta.index}: older data was restored, or it is another cluster`,
        ]
      : []),
    ...(snapshot.bytes < last.bytes * smallestPart
      ? [`the size fell from ${last.bytes} to ${snapshot.bytes} bytes`]
      : []),
  ];
}
