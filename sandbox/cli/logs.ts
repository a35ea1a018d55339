import { existsSync, readdirSync, readFileSync } from "node:fs";
import { CoreV1Api } from "@kubernetes/client-node";
import { logFile } from "../cluster/processes";
import { lastLines } from "../tools/run";
import type { Target } from "../platform/target";
import { currentKubeconfig } from "./up";
import { UserError } from "../../cli/user-error";

/** Prints the end of a component's log, or of the log of each container of a pod (any pod whose name starts with the given one). */
export async function logs(target: Target, name: string, lines: number): Promise<void> {
  const { state } = target;
  const file = logFile(state, name);
  if (existsSync(file)) {
    console.log(lastLines(readFileSync(file, "utf8"), lines));
    return;
  }
  const api = currentKubeconfig(target).makeApiClient(CoreV1Api);
  const { items } = await api.listPodForAllNamespaces();
  const pods = items.filter((pod) => pod.metadata?.name?.startsWith(name) === true);
  if (pods.length === 0) {
    const components = existsSync(state.logs)
      ? readdirSync(state.logs).map((entry) => entry.replace(/\.log$/, ""))
      : [];
    const names = items.map((pod) => pod.metadata?.name ?? "");
    throw new UserError(
      `there is no component or pod "${name}"\n  components: ${components.join(", ")}\n  pods: ${names.join(", ")}`,
    );
  }
  for (const pod of pods) {
    for (const { name: container } of pod.spec?.containers ?? []) {
      const podName = pod.metadata?.name ?? "";
      const namespace = pod.metadata?.namespace ?? "";
      console.log(`== ${namespace}/${podName} ${container}`);
      console.log(await api.readNamespacedPodLog({ name: podName, namespace, container, tailLines: lines }));
    }
  }
}
