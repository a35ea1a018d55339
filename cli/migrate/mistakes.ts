import { isFloating } from "../../components/legacy-arc/runner-image";
import { autoscalerProblems } from "../../stacks/legacy/autoscaler-checks";
import { deploymentProblems } from "../../stacks/legacy/deployment-checks";
import { runnerDeploymentSchema } from "../../stacks/legacy/schema";
import { type Problem, schemaProblems } from "../../stacks/problems";
import type { Fields } from "./read";
import { type LegacyRunners, without } from "./runners";

const autoscalerSchema = runnerDeploymentSchema.shape.autoscaler.unwrap();

/**
 * Mistakes that the input already has, by the rules which settings of legacy runners have to keep. The controller tells few of them: some
 * sets have never scaled as their authors believe.
 */
export function mistakesOf(runners: LegacyRunners): Problem[] {
  return [...runnerMistakes(runners), ...autoscalerMistakes(runners)];
}

function runnerMistakes(runners: LegacyRunners): Problem[] {
  const { spec, name } = runners;
  const image = typeof spec["image"] === "string" ? spec["image"] : undefined;
  const problems: Problem[] = [];
  if (image === undefined) {
    const what = "not set";
    problems.push({
      path: `${name}.image`,
      what,
      allowed: "an image with version",
      fix: "the controller takes its own default, by itself a tag that moves",
    });
  } else if (isFloating(image) || !image.includes(":")) {
    problems.push({
      path: `${name}.image`,
      what: `given ${JSON.stringify(image)}`,
      allowed: "a tag with a full version, or a digest",
    });
  }
  const entry = settingsEntry(runners);
  const parsed = runnerDeploymentSchema.safeParse(entry);
  if (!parsed.success)
    return [...problems, ...schemaProblems([name], entry, runnerDeploymentSchema, parsed.error.issues)];
  const judged = deploymentProblems([name], parsed.data, {
    image: image ?? "",
    // A webhook server cannot be seen in these objects.
    webhookServer: true,
  });
  return [...problems, ...judged];
}

/** The part of the objects that settings have too, in their form; counts are judged with the autoscaler that follows. */
function settingsEntry({ spec, replicas, autoscaler }: LegacyRunners): Fields {
  const kept = ["repository", "organization", "enterprise", "group", "labels"].filter((key) => spec[key] !== undefined);
  const docker =
    spec["dockerdWithinRunnerContainer"] === true ? "inRunner" : spec["dockerEnabled"] === false ? "none" : "sidecar";
  const enough = { requests: { cpu: "1", memory: "1Gi" } };
  return {
    ...Object.fromEntries(kept.map((key) => [key, spec[key]])),
    docker: spec["containerMode"] === "kubernetes" ? "none" : docker,
    resources: enough,
    ...(docker === "sidecar" && spec["containerMode"] !== "kubernetes" && { dockerResources: enough }),
    // Without either the controller makes one runner; that is no mistake.
    ...(autoscaler ? { autoscaler: { minReplicas: 1, maxReplicas: 1 } } : { replicas: replicas ?? 1 }),
    ...(autoscaler && replicas !== undefined && { replicas }),
  };
}

function autoscalerMistakes({ autoscaler, spec }: LegacyRunners): Problem[] {
  if (!autoscaler) return [];
  const given = without(autoscaler.spec, ["scaleTargetRef", "capacityReservations", "githubAPICredentialsFrom"]);
  const parsed = autoscalerSchema.safeParse(given);
  if (!parsed.success) return schemaProblems([autoscaler.name], given, autoscalerSchema, parsed.error.issues);
  return autoscalerProblems([autoscaler.name], scopeOf(spec), parsed.data);
}

function scopeOf(spec: Fields): { repository?: string; organization?: string; enterprise?: string } {
  const { repository, organization, enterprise } = spec;
  return {
    ...(typeof repository === "string" && { repository }),
    ...(typeof organization === "string" && { organization }),
    ...(typeof enterprise === "string" && { enterprise }),
  };
}
