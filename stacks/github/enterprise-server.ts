import type { ScaleSetSettings } from "../settings";

/** A GitHub feature that settings can ask for, and since when GitHub Enterprise Server has it. */
export interface ServerFeature {
  /** In the plural, for messages. */
  readonly name: string;
  readonly since: string;
  /** Shipped since then, but off until a later version unless a site administrator switches a feature flag on. */
  readonly flag?: { readonly name: string; readonly onSince: string };
}

/**
 * What GitHub Enterprise Server learned when. Sources: GitHub's page "Actions Runner Controller" for Enterprise Server 3.9; the description of
 * `scaleSetLabels` in the scale-set chart of ARC 0.14; GitHub's OpenAPI descriptions of its releases.
 */
export const serverFeatures = {
  scaleSets: { name: "runner scale sets", since: "3.9" },
  labels: {
    name: "labels of scale sets besides their name",
    since: "3.18",
    flag: { name: "DistributedTask.AllowRunnerScaleSetCustomLabels", onSince: "3.21" },
  },
  shaPinning: { name: "commit ids of actions that are required", since: "3.19" },
} as const satisfies Readonly<Record<string, ServerFeature>>;

/** Whether a server of `version` has a feature without anybody's doing, has it behind its flag, or lacks it. */
export function availability({ since, flag }: ServerFeature, version: string): "on" | "flag" | "absent" {
  if (isOlder(version, since)) return "absent";
  return flag && isOlder(version, flag.onSince) ? "flag" : "on";
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = than.split(".").map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

/** The setting by which each feature is asked for, one per scale set at most. */
export function askedFeatures(
  scaleSets: Readonly<Record<string, ScaleSetSettings>>,
): readonly { readonly feature: ServerFeature; readonly path: readonly string[]; readonly given?: unknown }[] {
  const sets = Object.entries(scaleSets);
  const labelled = sets.filter(([, { labels = [] }]) => labels.length > 0);
  return [
    ...(sets.length > 0 ? [{ feature: serverFeatures.scaleSets, path: ["scaleSets"] }] : []),
    ...labelled.map(([name, { labels }]) => ({
      feature: serverFeatures.labels,
      path: ["scaleSets", name, "labels"],
      given: labels,
    })),
  ];
}
