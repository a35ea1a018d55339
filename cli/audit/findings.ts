import type { AuditedClaim, AuditedCluster, AuditedVolume, ListedImage } from "./objects";

/** One thing that should not be there. */
export interface Finding {
  readonly kind: "volume" | "claim" | "image" | "trash";
  readonly name: string;
  readonly what: string;
  /** Hours for which it has been so; absent where nobody knows. */
  readonly hours?: number;
}

export interface AuditArgs {
  readonly cluster: AuditedCluster;
  /** Images of a pool. @default images are not looked at */
  readonly images?: readonly ListedImage[];
  readonly now: Date;
  /** What is younger may just be on its way. */
  readonly olderThanHours: number;
  /** Claims of these namespaces alone. @default of all */
  readonly namespaces?: readonly string[];
}

/** Most entries of a trash that Ceph's clients can list (go-ceph #779); beyond it volumes are deleted no more. */
export const trashLimit = 1024;

const millisecondsPerHour = 3_600_000;

/** Everything that has leaked, the oldest first within each kind. */
export function findings(args: AuditArgs): readonly Finding[] {
  const { cluster, images = [] } = args;
  return [
    ...sorted(cluster.volumes.flatMap((volume) => volumeFindings(volume, args))),
    ...sorted(cluster.claims.flatMap((claim) => claimFindings(claim, args))),
    ...sorted(imageFindings(images, args)),
    ...trashFindings(images),
  ];
}

function sorted(found: readonly Finding[]): readonly Finding[] {
  return [...found].sort((a, b) => (b.hours ?? 0) - (a.hours ?? 0) || a.name.localeCompare(b.name));
}

/** Hours since a time, if they are enough. */
function old(since: Date, { now, olderThanHours }: AuditArgs): number | undefined {
  const hours = (now.getTime() - since.getTime()) / millisecondsPerHour;
  return hours >= olderThanHours ? hours : undefined;
}

/** Volumes that have lost their claim. With `Retain` that is by design, but somebody has to decide all the same. */
function volumeFindings(volume: AuditedVolume, args: AuditArgs): Finding[] {
  const { phase, reclaimPolicy, claim = "(unknown)", storageClass } = volume;
  if (phase !== "Released" && phase !== "Failed") return [];
  const hours = old(volume.since, args);
  if (hours === undefined) return [];
  const fate = reclaimPolicy === "Retain" ? "it is kept until somebody deletes it" : "it was to go too";
  const what = `${phase}: its claim ${claim} is gone, and ${fate}`;
  return [{ kind: "volume", name: `${volume.name} (${storageClass || "no class"})`, what, hours }];
}

function claimFindings(claim: AuditedClaim, args: AuditArgs): Finding[] {
  const { namespace, name, phase, created, deleted, kept, storageClass } = claim;
  if (args.namespaces && !args.namespaces.includes(namespace)) return [];
  const key = `${namespace}/${name}`;
  const finding = (what: string, since: Date): Finding[] => {
    const hours = old(since, args);
    return hours === undefined ? [] : [{ kind: "claim", name: `${key} (${storageClass || "no class"})`, what, hours }];
  };
  if (deleted) return finding("deleted, but still there", deleted);
  if (phase === "Pending") return finding("Pending: no volume has come", created);
  if (kept || args.cluster.mounted.has(key)) return [];
  return finding("mounted by no pod", created);
}

/** Images that no volume knows. Those in the trash are on their way out. */
function imageFindings(images: readonly ListedImage[], args: AuditArgs): Finding[] {
  const known = new Set(args.cluster.volumes.flatMap(({ image }) => image ?? []));
  return images.flatMap(({ name, trash, created }): Finding[] => {
    if (trash || known.has(name) || !isVolumeImage(name)) return [];
    if (!created) return [{ kind: "image", name, what: "no volume; how old it is, the listing does not say" }];
    const hours = old(created, args);
    return hours === undefined ? [] : [{ kind: "image", name, what: "no volume", hours }];
  });
}

/** ceph-csi names images of volumes so; whatever else lies in the pool is somebody else's. */
function isVolumeImage(name: string): boolean {
  return name.startsWith("csi-vol-");
}

function trashFindings(images: readonly ListedImage[]): Finding[] {
  const count = images.filter(({ trash }) => trash).length;
  if (count < trashLimit / 2) return [];
  const what = `beyond ${trashLimit} entries Ceph's clients cannot list the trash, and no volume is deleted any more`;
  return [{ kind: "trash", name: `${count} images`, what }];
}
