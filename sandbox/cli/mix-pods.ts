import { CoreV1Api, type KubeConfig, makeInformer, type V1Pod } from "@kubernetes/client-node";

/** Label by which the container hooks mark what they make, with the runner's pod as its value. */
const hookLabel = "runner-pod";
const setLabel = "runner-platform/scale-set";

/** A pod that the container hooks made for a job. */
export interface SeenPod {
  /** Pod of the runner. */
  readonly runner: string;
  /** Absent when the hook template does not label its pods. */
  readonly scaleSet?: string;
  /** Absent while no node was found for it. */
  readonly node?: string;
  /** Whether it was ever seen running. */
  readonly ran: boolean;
}

/** Notes the pods of jobs while it watches. */
export interface PodWatch {
  readonly seen: () => readonly SeenPod[];
  readonly stop: () => Promise<void>;
}

/** Watches the pods of jobs in all namespaces; jobs last a few seconds, so that asking from time to time would miss some. */
export async function watchJobPods(config: KubeConfig): Promise<PodWatch> {
  const api = config.makeApiClient(CoreV1Api);
  const pods = new Map<string, SeenPod>();
  const informer = makeInformer<V1Pod>(
    config,
    "/api/v1/pods",
    () => api.listPodForAllNamespaces({ labelSelector: hookLabel }),
    hookLabel,
  );
  for (const event of ["add", "update", "delete"] as const) informer.on(event, (pod) => note(pods, pod));
  let stopped = false;
  informer.on("error", () => {
    // The server ends watches now and then; what happens until the next list is seen in that list, unless it is gone by then.
    if (!stopped) setTimeout(() => void informer.start(), 200).unref();
  });
  await informer.start();
  return {
    seen: () => [...pods.values()],
    stop: () => {
      stopped = true;
      return informer.stop();
    },
  };
}

/** What is read of a pod. */
export interface PodView {
  readonly metadata?: { readonly uid?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

/** Keeps what was known before: a pod's last event may say less than the one before it. */
export function note(pods: Map<string, SeenPod>, { metadata, spec, status }: PodView): void {
  const id = metadata?.uid ?? "";
  const former = pods.get(id);
  pods.set(id, {
    runner: metadata?.labels?.[hookLabel] ?? former?.runner ?? "",
    scaleSet: metadata?.labels?.[setLabel] ?? former?.scaleSet,
    node: spec?.nodeName ?? former?.node,
    ran: former?.ran === true || status?.phase === "Running",
  });
}
