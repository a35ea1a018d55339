import { CoreV1Api } from "@kubernetes/client-node";
import { namespacesExist } from "../cluster/namespaces";
import { recordedDaemons, runningDaemon } from "../cluster/processes";
import { githubClient } from "../platform/github";
import { describePod } from "../platform/diagnosis";
import type { Target } from "../platform/target";
import { table } from "./table";
import { currentKubeconfig } from "./up";

export interface Status {
  readonly state: string;
  readonly running: boolean;
  readonly components: readonly { readonly name: string; readonly pid?: number }[];
  readonly nodes: readonly { readonly name: string; readonly ready: boolean }[];
  readonly pods: readonly { readonly namespace: string; readonly pod: string }[];
  readonly scaleSets: readonly {
    readonly name: string;
    readonly listener: boolean;
    readonly runners: number;
    readonly busy: number;
  }[];
}

/** Collects what runs. Parts that do not answer are empty, so that `status` works on a half-dead sandbox too. */
export async function collectStatus(target: Target): Promise<Status> {
  const { state } = target;
  const running = target.embedded ? namespacesExist(state) : runningDaemon(state, "github") !== undefined;
  const components = recordedDaemons(state).map((name) => ({ name, pid: runningDaemon(state, name)?.pid }));
  if (!running) return { state: state.root, running, components, nodes: [], pods: [], scaleSets: [] };
  const api = currentKubeconfig(target).makeApiClient(CoreV1Api);
  const [nodes, pods, scaleSets] = await Promise.all([
    api.listNode().then(
      ({ items }) => items,
      () => [],
    ),
    api.listPodForAllNamespaces().then(
      ({ items }) => items,
      () => [],
    ),
    githubClient(target)
      .scaleSets()
      .catch(() => []),
  ]);
  return {
    state: state.root,
    running,
    components,
    nodes: nodes.map((node) => ({
      name: node.metadata?.name ?? "",
      ready: node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
    })),
    pods: pods.map((pod) => ({ namespace: pod.metadata?.namespace ?? "", pod: describePod(pod) })),
    scaleSets: scaleSets.map((set) => ({
      name: set.name,
      listener: set.listener?.connected === true,
      runners: set.runners.length,
      busy: set.runners.filter((runner) => runner.job !== undefined).length,
    })),
  };
}

/** Prints the status; exit code 1 when a component that was started is dead. */
export async function showStatus(target: Target, options: { readonly json?: boolean }): Promise<void> {
  const status = await collectStatus(target);
  if (status.components.some(({ pid }) => pid === undefined)) process.exitCode = 1;
  console.log(options.json === true ? JSON.stringify(status, undefined, 2) : formatStatus(status));
}

function formatStatus(status: Status): string {
  if (!status.running) return `The sandbox is not running (state folder ${status.state}). Start it with npm run local.`;
  return [
    table(
      ["component", "process"],
      status.components.map(({ name, pid }) => [name, pid === undefined ? "dead: see logs" : String(pid)]),
    ),
    table(
      ["node", "ready"],
      status.nodes.map(({ name, ready }) => [name, ready ? "yes" : "no"]),
    ),
    table(
      ["namespace", "pod"],
      status.pods.map(({ namespace, pod }) => [namespace, pod]),
    ),
    table(
      ["scale set", "listener", "runners", "busy"],
      status.scaleSets.map((set) => [
        set.name,
        set.listener ? "connected" : "not connected",
        String(set.runners),
        String(set.busy),
      ]),
    ),
  ].join("\n\n");
}
