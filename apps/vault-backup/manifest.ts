import * as z from "zod/mini";

import type { VerifiedSnapshot } from "./types";

const count = z.int().check(z.nonnegative());
const digits = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** What is written beside a snapshot once the store has it: its presence says that the snapshot was confirmed. */
const manifestSchema = z.object({
  version: z.literal(1),
  clusterId: z.string(),
  vaultVersion: z.string(),
  /** Of the snapshot in its bucket. */
  key: z.string(),
  takenAt: z.iso.datetime(),
  /** Raft's index of the last change in the snapshot. */
  index: count,
  term: count,
  /** Size of the snapshot as it was uploaded. */
  bytes: count,
  /** Of the snapshot as it was uploaded, in hexadecimal digits. */
  sha256: digits,
  /** Size of the database in it. */
  stateBytes: count,
  /** Why the snapshot looked wrong beside its predecessors; see docs/vault-backup.md. */
  suspicious: z.optional(z.array(z.string())),
  tool: z.string(),
});

export type Manifest = z.output<typeof manifestSchema>;

/** Name of the program in manifests. */
export const tool = "runner-platform/vault-backup";

/** A manifest, or why a text is none. `newer`: another version of this program wrote it, and this one must leave its backup alone. */
export type ManifestReading =
  | { readonly kind: "manifest"; readonly manifest: Manifest }
  | { readonly kind: "newer"; readonly version: number }
  | { readonly kind: "invalid"; readonly problem: string };

/** The manifest of a snapshot under a key. Snapshots without doubts have no `suspicious`. */
export function manifestOf(snapshot: VerifiedSnapshot, key: string, suspicious: readonly string[] = []): Manifest {
  const { clusterId, vaultVersion, takenAt, bytes, sha256, meta } = snapshot;
  return {
    version: 1,
    clusterId,
    vaultVersion,
    key,
    takenAt: takenAt.toISOString(),
    index: meta.index,
    term: meta.term,
    bytes,
    sha256,
    stateBytes: meta.size,
    ...(suspicious.length > 0 && { suspicious: [...suspicious] }),
    tool,
  };
}

/** Reads what a store gave back. Never throws: a manifest that cannot be read makes its backup an unverified one. */
export function readManifest(text: string): ManifestReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: "invalid", problem: "is no JSON" };
  }
  const version = versionOf(value);
  if (version !== undefined && version > 1) return { kind: "newer", version };
  const { success, data, error } = manifestSchema.safeParse(value);
  if (success) return { kind: "manifest", manifest: data };
  const [issue] = error.issues;
  return { kind: "invalid", problem: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not understood"}` };
}

function versionOf(value: unknown): number | undefined {
  const version: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "version") : undefined;
  return typeof version === "number" ? version : undefined;
}
