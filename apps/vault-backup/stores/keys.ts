/** What a key says: `<prefix>/<cluster id>/<UTC yyyymmddThhmmssZ>-<index>.snap`, its manifest's with `.manifest.json` behind. */
export interface SnapshotKey {
  readonly clusterId: string;
  readonly takenAt: Date;
  readonly index: number;
}

export const manifestSuffix = ".manifest.json";

const clusterIdPattern = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;
const namePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(\d{1,16})\.snap$/;

/** Whether a cluster id can be a folder. Anything else would let a server choose where its snapshots go. */
export function isClusterId(text: string): boolean {
  return clusterIdPattern.test(text);
}

export function clusterFolder(prefix: string, clusterId: string): string {
  return `${prefix}/${clusterId}/`;
}

/** Key of a snapshot. The time is cut to whole seconds. */
export function snapshotKey(prefix: string, { clusterId, takenAt, index }: SnapshotKey): string {
  const time = takenAt.toISOString().replace(/\.\d+Z$/, "Z");
  return `${clusterFolder(prefix, clusterId)}${time.replace(/[-:]/g, "")}-${index}.snap`;
}

export function manifestKey(key: string): string {
  return `${key}${manifestSuffix}`;
}

/** What a snapshot's key says; undefined for all other keys, which are somebody else's and never touched. */
export function parseSnapshotKey(prefix: string, key: string): SnapshotKey | undefined {
  if (!key.startsWith(`${prefix}/`)) return undefined;
  const [clusterId = "", name = "", ...rest] = key.slice(prefix.length + 1).split("/");
  const parts = namePattern.exec(name);
  if (parts === null || rest.length > 0 || !isClusterId(clusterId)) return undefined;
  const [, year, month, day, hour, minute, second, index] = parts.map(Number) as [number, ...number[]];
  const takenAt = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second));
  const parsed = { clusterId, takenAt, index: index ?? 0 };
  // The 31st of February would become a day of March, and leading zeros another key.
  return snapshotKey(prefix, parsed) === key ? parsed : undefined;
}
