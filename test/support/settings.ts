import type { ChartSource } from "../../stacks/chart-version";
import { decodeSettings, type Result } from "../../stacks/decode";
import { formatProblems } from "../../stacks/problems";
import type { Settings } from "../../stacks/settings";

/** The least configuration with which a stack is complete, as Pulumi hands it out (maps as JSON text). */
export const least: Readonly<Record<string, string>> = {
  kubeconfig: "apiVersion: v1\nkind: Config",
  githubToken: "ghp_0123456789",
  github: JSON.stringify({ configUrl: "https://github.com/acme" }),
};

/** A chart look-up that touches no disk: OCI addresses as such, `folder-X.Y.Z` as a folder which holds that version. */
export function chartAt(chart: string): ChartSource {
  if (chart.startsWith("oci://")) return { kind: "oci" };
  const version = /^folder-(.*)$/.exec(chart)?.[1];
  return version === undefined ? { kind: "unreadable", reason: "no such folder or file" } : { kind: "local", version };
}

/** A layer of configuration: maps become JSON text, `undefined` takes a key out of {@link least}. */
export type Changes = Readonly<Record<string, unknown>>;

export function config(changes: Changes = {}): Record<string, string> {
  const entries = Object.entries({ ...least, ...changes }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

export function decode(stack: string, changes: Changes = {}): Result {
  return decodeSettings(stack, config(changes), chartAt);
}

/** Settings that must be right. */
export function settingsOf(stack: string, changes: Changes = {}): Settings {
  const result = decode(stack, changes);
  if ("problems" in result) throw new Error(formatProblems(stack, result.problems));
  return result.settings;
}

/** The message for settings that must be wrong. */
export function messageOf(stack: string, changes: Changes): string {
  const result = decode(stack, changes);
  if (!("problems" in result)) throw new Error("no problem was found");
  return formatProblems(stack, result.problems);
}

/** The sandbox's chart folders, as a change. */
export const localChart = {
  arc: { controllerChart: { chart: "folder-0.6.1" } },
  certManager: { chart: { chart: "folder-v1.11.5" } },
};
