import type { PodTemplate } from "../pod";
import { type GitHubCa, githubServerTls } from "./github-ca";
import { listenerMetrics, type listenerTemplate } from "./listener";
import type { ArcRelease } from "./release";

export interface ScaleSetSpecArgs {
  readonly release: ArcRelease;
  readonly githubConfigUrl: string;
  readonly runnerScaleSetName: string;
  readonly runnerGroup?: string;
  readonly githubCa?: GitHubCa;
  readonly labels?: readonly string[];
  readonly minRunners: number;
  readonly maxRunners: number;
  readonly template: PodTemplate;
  readonly listenerTemplate: ReturnType<typeof listenerTemplate>;
}

/**
 * The `spec` of an AutoscalingRunnerSet without its credential, holding only fields which the release's CRD declares: server-side apply
 * answers an undeclared field with "field not declared in schema".
 *
 * Metadata blocks carry annotations as well as labels: with labels alone ARC 0.14.2 writes into a nil map and its reconcile panics.
 */
export function scaleSetSpec(args: ScaleSetSpecArgs): Record<string, unknown> {
  const { release } = args;
  return {
    githubConfigUrl: args.githubConfigUrl,
    runnerScaleSetName: args.runnerScaleSetName,
    ...(args.runnerGroup !== undefined && { runnerGroup: args.runnerGroup }),
    ...(release.scaleSetLabels && args.labels && args.labels.length > 0 && { runnerScaleSetLabels: args.labels }),
    ...(args.githubCa && { githubServerTLS: githubServerTls(args.githubCa) }),
    minRunners: args.minRunners,
    maxRunners: args.maxRunners,
    template: args.template,
    listenerTemplate: args.listenerTemplate,
    ...(release.listenerMetrics && { listenerMetrics }),
    ...(release.metadataBlocks && metadataBlocks(args.runnerScaleSetName)),
  };
}

/** The kinds of objects which the controller makes and whose metadata a scale set may set. */
const blocks = [
  "autoscalingListener",
  "listenerServiceAccountMetadata",
  "listenerRoleMetadata",
  "listenerRoleBindingMetadata",
  "listenerConfigSecretMetadata",
  "ephemeralRunnerSetMetadata",
  "ephemeralRunnerMetadata",
  "ephemeralRunnerConfigSecretMetadata",
] as const;

function metadataBlocks(scaleSet: string): Record<string, unknown> {
  const metadata = {
    labels: { "runner-platform/scale-set": scaleSet },
    annotations: { "runner-platform/managed-by": "pulumi" },
  };
  return Object.fromEntries(blocks.map((block) => [block, metadata]));
}
