import { existsSync, readFileSync, rmSync } from "node:fs";
import { killPods, removeCgroups } from "./cgroups";
import { removeNamespaces, stopEverythingInside } from "./namespaces";
import type { Paths } from "./paths";
import { recordedDaemons, stopDaemon } from "./processes";
import type { Say } from "./start";

/** Stops go in this order: first what would start pods again, last what everything else needs. What is not named goes first. */
const order = [
  "kwok",
  "storage-provisioner",
  "kubelet",
  "kube-proxy",
  "containerd",
  "kube-scheduler",
  "kube-controller-manager",
];
const last = ["kube-apiserver", "etcd", "namespaces"];

/** Stops all programs and pods of the embedded cluster. The state folder stays, so that the next start goes on where this one stopped. */
export async function stopCluster(state: Paths, say: Say): Promise<void> {
  const recorded = recordedDaemons(state);
  const others = recorded.filter((name) => !order.includes(name) && !last.includes(name));
  for (const name of [...others, ...order, ...last.filter((name) => name !== "namespaces")]) {
    if (!recorded.includes(name)) continue;
    say(name);
    await stopDaemon(state, name);
    if (name === "kubelet") await killPods();
  }
  say("what is left inside the cluster");
  await killPods();
  await stopEverythingInside(state);
  await removeNamespaces(state);
  await removeCgroups();
}

/** Removes the state folder. Nothing may be mounted below it any more: a mount would be emptied instead of removed. */
export function removeState(state: Paths): void {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((point) => point.startsWith(`${state.root}/`));
  if (mounts.length > 0) throw new Error(`still mounted, so nothing was removed: ${mounts.join(", ")}`);
  if (existsSync(state.root)) rmSync(state.root, { recursive: true, force: true });
}
