import type { ObjectApi } from "../objects.js";
import { listAt, numberAt, objectAt, textAt, type Json, type JsonObject, type KubernetesObject } from "../json.js";
import { conditionOf } from "./readiness.js";

const MAX_PROBLEMS = 4;
/** Reasons of a waiting container that only mean "not yet". */
const HARMLESS = new Set(["ContainerCreating", "PodInitializing"]);

/** What keeps the pods of a selector from being ready, in a few sentences for the user; empty where nothing is known. */
export async function podProblems(api: ObjectApi, namespace: string, selector: JsonObject): Promise<string[]> {
  const labels = Object.entries(objectAt(selector, "matchLabels")).map(
    ([key, value]) => `${key}=${textAt(value) ?? ""}`,
  );
  if (labels.length === 0) return [];
  const pods = await api.list("v1", "Pod", namespace, labels.join(","));
  return [...new Set(pods.flatMap(problemsOf))].slice(0, MAX_PROBLEMS);
}

/** Problems of one pod: cannot be scheduled, image cannot be pulled, container crashes. */
export function problemsOf(pod: KubernetesObject): string[] {
  const name = pod.metadata.name ?? "";
  const problems: string[] = [];
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") problems.push(`pod ${name} cannot be scheduled: ${scheduled.message}`);
  for (const status of [
    ...listAt(pod, "status", "initContainerStatuses"),
    ...listAt(pod, "status", "containerStatuses"),
  ]) {
    const problem = containerProblem(status);
    if (problem !== undefined) problems.push(`pod ${name}, container ${textAt(status, "name") ?? ""}: ${problem}`);
  }
  return problems;
}

function containerProblem(status: Json): string | undefined {
  const waiting = objectAt(status, "state", "waiting");
  const reason = textAt(waiting, "reason");
  if (reason !== undefined && !HARMLESS.has(reason)) {
    const code = numberAt(status, "lastState", "terminated", "exitCode");
    const exit = code === undefined ? "" : `, last exit code ${code}`;
    return `${reason}${exit}: ${textAt(waiting, "message") ?? "no message"}`;
  }
  const exitCode = numberAt(status, "state", "terminated", "exitCode");
  if (exitCode === undefined || exitCode === 0) return undefined;
  return `ended with exit code ${exitCode} (${textAt(status, "state", "terminated", "reason") ?? "Error"})`;
}
