import type { ResourceValidationPolicy } from "@pulumi/policy";

const scaleSetType = "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet";

/**
 * What is wrong with the bounds of a runner scale set, or `undefined`.
 *
 * @param type type token of a resource; other types are never at fault.
 * @param props its properties as registered.
 */
export function maxRunnersViolation(type: string, props: Readonly<Record<string, unknown>>): string | undefined {
  if (type !== scaleSetType) return undefined;
  const spec = record(props["spec"]);
  const name = String(record(props["metadata"])["name"]);
  const { minRunners = 0, maxRunners } = spec;
  if (maxRunners === undefined) {
    return `runner scale set "${name}" should set spec.maxRunners: without it ARC starts up to 2147483647 runners`;
  }
  if (typeof maxRunners !== "number" || typeof minRunners !== "number") {
    return `runner scale set "${name}" should have numbers in spec.minRunners and spec.maxRunners: ARC ignores numbers in quotes`;
  }
  if (minRunners > maxRunners) {
    return `runner scale set "${name}" should have spec.minRunners (${minRunners}) at most spec.maxRunners (${maxRunners})`;
  }
  return undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Runner scale sets should be bounded. An unset maximum is the largest 32-bit integer, and shared hardware is then not protected at all. */
export const configureMaxRunners: ResourceValidationPolicy = {
  name: "arc-runner-scale-set-configure-max-runners",
  description: "Runner scale sets should set maxRunners, at least as high as minRunners.",
  enforcementLevel: "mandatory",
  severity: "high",
  remediationSteps: "Set scaleSets.<name>.maxRunners in the stack's settings.",
  url: "https://docs.github.com/en/actions/tutorials/use-actions-runner-controller/deploy-runner-scale-sets",
  validateResource: (args, report) => {
    const violation = maxRunnersViolation(args.type, args.props as Readonly<Record<string, unknown>>);
    if (violation !== undefined) report(violation);
  },
};
