import type { LockEntry } from "../../components/images/lock";

/**
 * What came out for one image.
 *
 * `lock`: `added`, `moved` (the tag points elsewhere now), `unchanged`, `failed` (not looked up; the lock keeps what it had), `pruned`.
 * `check`: `locked`, `missing` (not in the lock), `stale` (the tag points elsewhere than the lock), `conflict` (the settings' digest is
 * another than the lock's), `failed`, `unused` (in the lock, but no stack wants it).
 * Both: `pinned` (the settings hold a digest themselves).
 */
export type State =
  | "added"
  | "moved"
  | "unchanged"
  | "pruned"
  | "locked"
  | "missing"
  | "stale"
  | "conflict"
  | "unused"
  | "pinned"
  | "failed";

/** Machine-readable as it is: this is what `--json` prints. */
export interface Outcome {
  readonly image: string;
  readonly state: State;
  /** What the lock holds now. */
  readonly digest?: string;
  /** `moved`: what the lock held before. `stale`: where the tag points now. */
  readonly otherDigest?: string;
  readonly platforms?: readonly string[];
  readonly lookedUp?: string;
  /** Why it failed, or what to do. */
  readonly reason?: string;
  readonly usedBy: readonly string[];
}

const faults: ReadonlySet<State> = new Set<State>(["failed", "missing", "stale", "conflict"]);

/** Whether a command that came to this must end with 1. */
export function isFault({ state }: Outcome): boolean {
  return faults.has(state);
}

/** The parts of an outcome that a lock entry gives. */
export function fromEntry(entry: LockEntry | undefined): Pick<Outcome, "digest" | "platforms" | "lookedUp"> {
  return entry ? { digest: entry.digest, platforms: entry.platforms, lookedUp: entry.lookedUp } : {};
}
