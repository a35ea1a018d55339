import type { ObjectApi } from "../objects.js";
import {
  isObject,
  listAt,
  numberAt,
  objectAt,
  textAt,
  valueAt,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../json.js";
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
  const staying = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  return [...new Set(staying.flatMap(problemsOf))].slice(0, MAX_PROBLEMS);
}

/** Problems of one pod: cannot be scheduled, image cannot be pulled, container crashes. */
export function problemsOf(pod: KubernetesObject): string[] {
  const name = pod.metadata.name ?? "";
  const problems: string[] = [];
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") problems.push(`pod ${name} cannot be scheduled: ${scheduled.message}`);
  const initial = listAt(pod, "status", "initContainerStatuses");
  for (const status of [...initial, ...listAt(pod, "status", "containerStatuses")]) {
    const problem = containerProblem(status) ?? (initial.includes(status) ? undefined : unready(status));
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

/** A running container that is not ready: its probes say so, or it was started a moment ago. */
function unready(status: Json): string | undefined {
  if (!isObject(valueAt(status, "state", "running")) || valueAt(status, "ready") !== false) return undefined;
  const restarts = numberAt(status, "restartCount") ?? 0;
  const code = numberAt(status, "lastState", "terminated", "exitCode");
  const again = restarts === 0 ? "" : `, started again ${restarts} times, last exit code ${code ?? "unknown"}`;
  if (valueAt(status, "started") === false) return `runs, but its startup probe has not succeeded yet${again}`;
  return `runs, but its readiness probe has not succeeded yet${again}`;
}
