import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { lastLines } from "../tools/run";

/** What the pods of a namespace say when something did not come up: their state and the last lines of those that are not well. */
export async function podReport(config: KubeConfig, namespace: string): Promise<string> {
  const api = config.makeApiClient(CoreV1Api);
  const { items } = await api.listNamespacedPod({ namespace });
  if (items.length === 0) return `no pod exists in the namespace ${namespace}`;
  const reports = await Promise.all(
    items.map(async (pod) => `${describePod(pod)}\n${indent(await logTail(api, pod))}`),
  );
  return `pods in ${namespace}:\n${reports.join("\n")}`;
}

export function describePod(pod: V1Pod): string {
  const waiting = (pod.status?.containerStatuses ?? [])
    .map((status) => status.state?.waiting?.reason)
    .find((reason) => reason !== undefined);
  return `${pod.metadata?.name ?? "?"}: ${waiting ?? pod.status?.phase ?? "unknown"}`;
}

async function logTail(api: CoreV1Api, pod: V1Pod): Promise<string> {
  const name = pod.metadata?.name ?? "";
  const namespace = pod.metadata?.namespace ?? "";
  try {
    const log = await api.readNamespacedPodLog({ name, namespace, tailLines: 30 });
    const errors = log.split("\n").filter((line) => /error|unauthorized|401|forbidden/i.test(line));
    return lastLines((errors.length > 0 ? errors : log.split("\n")).join("\n"), 3);
  } catch {
    return "(no log yet)";
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ").slice(0, 1500);
}
