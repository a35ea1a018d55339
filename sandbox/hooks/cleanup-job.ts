import type { KubernetesApi } from "./api";

/** Deletes what the hook has made for the runner. */
export async function cleanupJob(api: KubernetesApi, podName: string): Promise<void> {
  await Promise.all([prunePods(api, podName), pruneSecrets(api, podName)]);
}

/** Pods get no time to end: the job is over, whatever still runs in them. */
export function prunePods(api: KubernetesApi, podName: string): Promise<void> {
  return prune(api, "pods", podName, { gracePeriodSeconds: 0 });
}

function pruneSecrets(api: KubernetesApi, podName: string): Promise<void> {
  return prune(api, "secrets", podName);
}

async function prune(
  api: KubernetesApi,
  resource: "pods" | "secrets",
  podName: string,
  options?: object,
): Promise<void> {
  const own = await api.list(resource, `runner-pod=${podName}`);
  await Promise.all(own.map(({ metadata }) => api.delete(resource, metadata?.name ?? "", options)));
}
