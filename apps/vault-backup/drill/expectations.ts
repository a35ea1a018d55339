import { readFileSync } from "node:fs";

import * as z from "zod/mini";

import { BackupError } from "../errors";
import { messageOf } from "../log";

const names = z.optional(z.array(z.string()));

/** What must be in the restored Vault; more may be there. Paths of mounts end with a slash. */
const schema = z.strictObject({ mounts: names, auth: names, policies: names });

export type Expectations = z.output<typeof schema>;

/** @throws BackupError `configuration` */
export function readExpectations(file: string | undefined): Expectations {
  if (file === undefined) return {};
  try {
    return z.parse(schema, JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const problem = {
      path: `--expect ${file}`,
      what: messageOf(error),
      allowed: '{"mounts":["secret/"],"auth":["kubernetes/"],"policies":["p"]}',
    };
    throw new BackupError("configuration", problem, { cause: error });
  }
}

/** What is expected, but not there, as a sentence each. */
export function missing(expected: Expectations, found: Expectations): string[] {
  return (["mounts", "auth", "policies"] as const).flatMap((kind) => {
    const there = new Set(found[kind] ?? []);
    return (expected[kind] ?? []).filter((name) => !there.has(name)).map((name) => `${kind}: ${name} is missing`);
  });
}

/** Longest time between the canary and the snapshot it was written for: logins and attempts of one run. */
const canaryMs = 15 * 60_000;

/**
 * Whether the canary is the one of this backup: it is written just before the snapshot is taken, so an older one means that the snapshot
 * holds older data than its manifest says.
 *
 * @returns what is wrong, or `undefined`
 */
export function canaryProblem(writtenAt: string | undefined, takenAt: string): string | undefined {
  if (writtenAt === undefined) return "the canary is not there";
  const age = Date.parse(takenAt) - Date.parse(writtenAt);
  if (Number.isNaN(age)) return "the canary has no time";
  if (age < 0 || age > canaryMs)
    return `the canary was written at ${writtenAt}, but the snapshot was taken at ${takenAt}`;
  return undefined;
}
