import type { SnapshotMeta } from "./types";

/**
 * Compares sums with a file `SHA256SUMS`: a line per member, in any order, hexadecimal digits, two spaces and the name.
 *
 * @returns what is wrong, or `undefined`
 */
export function checkSums(text: string, actual: Readonly<Record<string, string>>): string | undefined {
  const listed = new Map<string, string>();
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const [, sum, name] = /^([0-9a-f]{64}) {2}(\S+)$/.exec(line) ?? [];
    if (sum === undefined || name === undefined) return "SHA256SUMS has a line that is no sum";
    if (listed.has(name)) return `SHA256SUMS lists ${name} twice`;
    listed.set(name, sum);
  }
  const missing = Object.keys(actual).filter((name) => !listed.has(name));
  if (missing.length > 0) return `SHA256SUMS does not list ${missing.join(", ")}`;
  const unknown = [...listed.keys()].filter((name) => !(name in actual));
  if (unknown.length > 0) return `SHA256SUMS lists ${unknown.join(", ")}, which is no member`;
  const different = Object.keys(actual).filter((name) => listed.get(name) !== actual[name]);
  return different.length > 0
    ? `the SHA-256 sum of ${different.join(", ")} is another than SHA256SUMS says`
    : undefined;
}

/** Raft's `SnapshotMeta`, or what is wrong with it. */
export function parseMeta(text: string): SnapshotMeta | string {
  const value = parsed(text);
  const { Index, Term, Version, ID, Size, Configuration } = value;
  if (Version !== 1) return `meta.json has the version ${String(Version)}; allowed: 1`;
  if (!isCount(Index) || Index === 0) return "meta.json has no index above 0";
  if (!isCount(Term)) return "meta.json has no term";
  if (!isCount(Size)) return "meta.json has no size";
  if (typeof ID !== "string") return "meta.json has no id";
  const { Servers } = Object(Configuration) as { Servers?: unknown };
  const peers = (Array.isArray(Servers) ? (Servers as unknown[]) : []).flatMap((server) => {
    const { Address } = Object(server) as { Address?: unknown };
    return typeof Address === "string" ? [Address] : [];
  });
  return { index: Index, term: Term, version: Version, id: ID, size: Size, peers };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function parsed(text: string): Partial<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Partial<Record<string, unknown>>;
  } catch {
    return {};
  }
}
